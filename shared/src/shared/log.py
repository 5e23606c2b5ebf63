"""Logs are JSON lines with a request id and without personal data; one last defence blackens 12-digit numbers."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Final

import orjson
import structlog
from structlog.types import EventDict, Processor

_REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
# Not within a hexadecimal identifier: a UUID may hold twelve decimal digits in a row.
_TWELVE_DIGITS: Final = re.compile(r"(?<![0-9a-fA-F])\d{12}(?![0-9a-fA-F])")
_BLACKENED: Final = "[12 digits]"
_IIN_AS_INT: Final = range(10**10, 10**12)
_MAX_FRAMES: Final = 30


def request_id() -> str | None:
    """Give the id of the request or message that is being handled, or None outside of one."""
    return _REQUEST_ID.get()


def set_request_id(value: str | None) -> None:
    """Say which request or message this task handles from now on."""
    _REQUEST_ID.set(value)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Give a logger: `log.info("slot taken", slot=public_id)`. Values are ids and codes, never a person's data."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


def blacken(value: Any) -> Any:
    """Replace whatever could be an IIN or BIN in a value, at any depth; a last defence, not a licence."""
    if isinstance(value, str):
        return _TWELVE_DIGITS.sub(_BLACKENED, value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return _BLACKENED if value in _IIN_AS_INT else value
    if isinstance(value, Mapping):
        return {blacken(str(key)): blacken(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [blacken(item) for item in value]
    return value


def safe_message(error: BaseException) -> str:
    """Say what failed without the values that failed.

    Validation errors lose their inputs, database errors their DETAIL lines, which quote rows.
    """
    # Lazy: pydantic is the only library whose errors quote what they were given.
    listed = getattr(error, "errors", None)
    if type(error).__name__ in {"ValidationError", "RequestValidationError"} and callable(listed):
        return "; ".join(f"{'.'.join(map(str, one.get('loc', ())))}: {one.get('type')}" for one in listed())
    lines = [line for line in str(error).splitlines() if not line.startswith(("DETAIL:", "[parameters:", "[SQL:"))]
    return _TWELVE_DIGITS.sub(_BLACKENED, " ".join(lines))[:500]


def _blacken_event(logger: Any, name: str, event: EventDict) -> EventDict:
    del logger, name
    return {key: blacken(value) for key, value in event.items()}


def _add_request_id(logger: Any, name: str, event: EventDict) -> EventDict:
    del logger, name
    if (current := _REQUEST_ID.get()) is not None:
        event.setdefault("request_id", current)
    return event


def _describe_error(logger: Any, name: str, event: EventDict) -> EventDict:
    """Name each exception of the chain with its frames, without local variables or quoted rows."""
    del logger, name
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = [_one_error(link) for link in _chain(error)]
    return event


def _chain(error: BaseException) -> list[BaseException]:
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return links


def _one_error(error: BaseException) -> dict[str, Any]:
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "message": safe_message(error),
        "frames": _frames(error.__traceback__)[-_MAX_FRAMES:],
    }


def _frames(traceback: TracebackType | None) -> list[str]:
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/site-packages/')[2]}:{traceback.tb_lineno} {code.co_qualname}")
        traceback = traceback.tb_next
    return frames


def _to_json(logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
    del logger, name
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def configure(*, service: str, role: str, level: str = "info") -> None:
    """Send every log of the process, also the libraries', to stdout as JSON lines; call once, at start."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _add_request_id,
        lambda _logger, _name, event: {"service": service, "role": role, **event},
        _describe_error,
        _blacken_event,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _to_json],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries that tell of every connection say what a metric already shows.
    for noisy in ("aiokafka", "asyncio", "uvicorn.access", "sqlalchemy", "alembic", "pyhanko", "fontTools"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
