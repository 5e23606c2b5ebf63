"""The programs of others that the interop tests need: which are missing, and what installs them."""

import shutil
import sys

PROGRAMS = {
    "java": "default-jre-headless",
    "javac": "default-jdk-headless",
    "mvn": "maven",
    "pdfsig": "poppler-utils",
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "certutil": "libnss3-tools",
    "openssl": "openssl",
}
"""Program and its package in Debian and Ubuntu."""


def missing() -> str:
    """Name what is missing and the command that installs it; nothing is missing: an empty text."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if not absent:
        return ""
    packages = " ".join(sorted({PROGRAMS[name] for name in absent}))
    return (
        f"The interop tests need {', '.join(absent)}. On Debian and Ubuntu, as root:\n"
        f"  apt-get update && apt-get install --yes --no-install-recommends {packages}"
    )


if __name__ == "__main__":
    sys.exit(missing() or 0)
