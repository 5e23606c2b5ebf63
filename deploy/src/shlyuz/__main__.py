"""`python -m shlyuz` is the same as `shlyuz`."""

from shlyuz.cli import app

if __name__ == "__main__":
    app()
