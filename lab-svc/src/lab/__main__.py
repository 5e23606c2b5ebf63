"""Start lab-svc: `python -m lab web` or `python -m lab worker`."""

from shared.web.process import run_service

if __name__ == "__main__":
    run_service("lab", settings="lab.settings:Settings", web="lab.app:create", worker="lab.worker:create")
