"""Start attachment-svc (`web` or `worker`), or fill its register: `python -m attachment import FILE.csv REPORT.csv`."""

import sys

from shared.web.process import run_service

if __name__ == "__main__":
    if sys.argv[1:2] == ["import"]:
        from attachment.importing.command import run

        sys.exit(run(sys.argv[2:]))
    run_service(
        "attachment",
        settings="attachment.settings:Settings",
        web="attachment.app:create",
        worker="attachment.worker:create",
    )
