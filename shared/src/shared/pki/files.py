"""One certificate, list or signature as files carry it: DER, PEM or bare base64."""

import base64
import binascii
import re

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \1-----", re.DOTALL)


class Unreadable(ValueError):
    """The file is neither DER nor PEM nor base64."""


def decode(data: bytes) -> bytes:
    """Give the DER in a file of one object. Nothing is read into it yet. Raises Unreadable."""
    if data[:1] == b"\x30":
        return data
    armoured = _PEM.search(data)
    text = armoured.group(2) if armoured else data
    try:
        decoded = base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        raise Unreadable("neither DER nor PEM nor base64") from None
    if decoded[:1] != b"\x30":
        raise Unreadable("what is encoded is no DER sequence")
    return decoded


def pem(data: bytes, label: str) -> bytes:
    """Write DER as PEM, for instance with the label CERTIFICATE."""
    body = base64.encodebytes(data).decode().replace("\n", "")
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()
