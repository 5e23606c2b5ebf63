"""The start of every process: `python -m booking web` or `python -m booking worker`."""

import asyncio
import importlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType, ModuleType
from typing import Any, cast

from pydantic import ValidationError

from shared import log
from shared.log import safe_message

_USAGE = 64  # EX_USAGE of sysexits.h
_CONFIG = 78  # EX_CONFIG
_FAILED = 1


def run_service(
    service: str, *, settings: str, web: str, worker: str | None = None, argv: Sequence[str] | None = None
) -> None:
    """Run one role of a service until it is told to stop, and exit: 0 after SIGTERM or SIGINT.

    `settings`, `web` and `worker` name a class and functions as `module:name`, and are imported when needed, so that
    a web process does not load what only a worker uses.
    """
    roles = {"web": web} | ({"worker": worker} if worker else {})
    given = list(sys.argv[1:] if argv is None else argv)
    if len(given) != 1 or given[0] not in roles:
        sys.stderr.write(f"usage: python -m {service} {'|'.join(roles)}\n")
        sys.exit(_USAGE)
    role = given[0]
    # uvicorn shuts down in order, then repeats the signal: what it repeats must not end the process as a failure.
    # Before uvicorn is there, a signal ends the process at once.
    signal.signal(signal.SIGTERM, _leave)
    # FastAPI asks of every annotation whether it is of pydantic's old interface, which takes 0.1 s to load, and takes
    # "not there" for an answer.
    sys.modules.setdefault("pydantic.v1", cast("ModuleType", None))
    values = _read_settings(settings)
    log.configure(service=service, role=role, level=values.log_level)
    sys.exit(_serve(_named(roles[role])(values), values))


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(0)


def _read_settings(name: str) -> Any:
    try:
        return _named(name)()
    except ValidationError as error:
        lines = [f"  SHLYUZ_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()]
        sys.stderr.write("\n".join(["the settings are not right:", *lines, ""]))
        sys.exit(_CONFIG)


def _serve(app: Any, settings: Any) -> int:
    import uvloop  # noqa: PLC0415  # tests import this module where the loop is another

    from shared.web.server import server  # noqa: PLC0415  # as above

    running = server(app, settings)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(running.serve())
    except KeyboardInterrupt:  # uvicorn repeats the signal once it has shut down in order
        return 0
    except Exception as error:  # noqa: BLE001  # the last line of a process that cannot go on
        log.get_logger(__name__).error("the process failed", why=safe_message(error))
        return _FAILED
    return 0 if running.started else _FAILED


def _named(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
