"""Run one process of booking-svc: `python -m booking web` or `python -m booking worker`."""

from shared.web.process import run_service

if __name__ == "__main__":
    run_service(
        "booking", settings="booking.settings:Settings", web="booking.app:create", worker="booking.worker:create"
    )
