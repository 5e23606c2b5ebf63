"""Start attachment-svc: `python -m attachment web` or `python -m attachment worker`."""

from shared.web.process import run_service

if __name__ == "__main__":
    run_service(
        "attachment",
        settings="attachment.settings:Settings",
        web="attachment.app:create",
        worker="attachment.worker:create",
    )
