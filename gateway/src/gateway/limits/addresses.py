"""Which address a request came from: the socket's, or what a trusted proxy says."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

from gateway.settings import Network

_ONE_HOUSEHOLD = 64
_UNKNOWN = "unknown"


def client_address(request: HTTPConnection, trusted: Sequence[Network]) -> str:
    """Walk X-Forwarded-For from the right while the speaker is trusted; the first untrusted one is the client.

    An IPv6 client counts as its /64, since one household or attacker holds all of it.
    """
    address = _parse(request.client.host if request.client else "")
    if trusted:
        forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        while address is not None and _is_trusted(address, trusted) and forwarded and forwarded[-1].strip():
            address = _parse(forwarded.pop().strip()) or address
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _ONE_HOUSEHOLD), strict=False))
    return str(address) if address is not None else _UNKNOWN


def _is_trusted(address: IPv4Address | IPv6Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
