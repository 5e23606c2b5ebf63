"""Run the gateway: `python -m gateway web` or `worker`; `… openapi` writes the public API's document."""

import sys

from shared.web.process import run_service

if __name__ == "__main__":
    if sys.argv[1:2] == ["openapi"]:
        from gateway.document import main

        sys.exit(main(sys.argv[2:]))
    run_service(
        "gateway", settings="gateway.settings:Settings", web="gateway.app:create", worker="gateway.worker:create"
    )
