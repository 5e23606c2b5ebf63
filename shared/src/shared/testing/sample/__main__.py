"""The sample's processes: `python -m shared.testing.sample web|worker`."""

from shared.web.process import run_service

_HERE = "shared.testing.sample"

if __name__ == "__main__":
    run_service(
        "sample", settings=f"{_HERE}.settings:Settings", web=f"{_HERE}.app:create", worker=f"{_HERE}.worker:create"
    )
