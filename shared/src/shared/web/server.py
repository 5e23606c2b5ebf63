"""Serving an application: uvicorn with uvloop and httptools, receive deadlines, and an orderly end."""

from starlette.types import ASGIApp
from uvicorn import Config, Server

from shared.settings import ServiceSettings
from shared.web.deadlines import with_deadlines

# Longer than clients keep idle connections (`ServiceClient`), so that it is never the server who hangs up first.
_KEEP_ALIVE_SECONDS = 75


def server(app: ASGIApp, settings: ServiceSettings) -> Server:
    """Make a server for `host` and `port` of the settings; `serve()` runs it until SIGTERM or SIGINT.

    On a signal it takes no new connections, lets running requests end for `drain`, then ends the lifespan.
    """
    return Server(
        Config(
            app,
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http=with_deadlines(settings.header_deadline, settings.body_deadline),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=round(settings.drain.total_seconds()),
            backlog=1024,
        )
    )
