"""Start certificate-svc: `python -m certificate web` or `python -m certificate worker`."""

from shared.web.process import run_service

if __name__ == "__main__":
    run_service(
        "certificate",
        settings="certificate.settings:Settings",
        web="certificate.app:create",
        worker="certificate.worker:create",
    )
