"""Start a process of auth-svc: `python -m auth web`, `python -m auth worker`."""

from shared.web.process import run_service

if __name__ == "__main__":
    run_service("auth", settings="auth.settings:Settings", web="auth.app:create", worker="auth.worker:create")
