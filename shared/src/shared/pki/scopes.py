"""Does a list speak about a certificate, and for which reasons (RFC 5280, 6.3.3 (b) to (e))."""

from collections.abc import Iterable
from typing import Final

from shared.pki import encode, extensions, names
from shared.pki.certificate import Certificate
from shared.pki.crl import RevocationListData
from shared.pki.der import Reader
from shared.pki.extensions import DIRECTORY_NAME, DistributionPoint, GeneralName

ALL_REASONS: Final = frozenset({1, 2, 3, 4, 5, 6, 7, 8})
"""The named bits of ReasonFlags (RFC 5280, 4.2.1.13) without `unused`."""

_ANYWHERE: Final = DistributionPoint(full_name=None, relative_name=None, reasons=None, issuers=None)


def covered_reasons(one: RevocationListData, certificate: Certificate) -> frozenset[int]:
    """Give the reasons for which this list can say that the certificate is revoked; empty when it cannot speak of it.

    Raises der.Malformed for the certificate's distribution points.
    """
    scope = one.scope
    authority = certificate.authority is True
    if scope.only_attributes or (scope.only_users and authority) or (scope.only_authorities and not authority):
        return frozenset()
    spoken = ALL_REASONS if scope.reasons is None else scope.reasons & ALL_REASONS
    if scope.full_name is None and scope.relative_name is None and not scope.indirect:
        return spoken if names.same(one.issuer, certificate.issuer) else frozenset()
    found: frozenset[int] = frozenset()
    for point in (*extensions.distribution_points(certificate), _ANYWHERE):
        if _speaks_for(one, point, certificate):
            found |= spoken if point.reasons is None else spoken & point.reasons
    return found


def _speaks_for(one: RevocationListData, point: DistributionPoint, certificate: Certificate) -> bool:
    if point.issuers is None:
        if not names.same(one.issuer, certificate.issuer):  # (b)(1), no cRLIssuer
            return False
    elif not (one.scope.indirect and _directory_among(one.issuer, point.issuers)):  # (b)(1)
        return False
    ours = _issuing_names(one)
    if ours is None:
        return True
    return bool(ours & _point_names(point, certificate))  # (b)(2)(i)


def _directory_among(name: bytes, candidates: Iterable[GeneralName]) -> bool:
    return any(kind == DIRECTORY_NAME and names.same(name, content) for kind, content in candidates)


def _issuing_names(one: RevocationListData) -> set[tuple[int, object]] | None:
    if one.scope.relative_name is not None:
        return {_comparable((DIRECTORY_NAME, _under(one.issuer, one.scope.relative_name)))}
    if one.scope.full_name is None:
        return None
    return {_comparable(name) for name in one.scope.full_name}


def _point_names(point: DistributionPoint, certificate: Certificate) -> set[tuple[int, object]]:
    """Name the point: as it says itself, else by its list's issuer, else by the certificate's issuer."""
    if point.relative_name is not None:
        owners = [content for kind, content in point.issuers or () if kind == DIRECTORY_NAME]
        owner = owners[0] if owners else certificate.issuer
        return {_comparable((DIRECTORY_NAME, _under(owner, point.relative_name)))}
    return {_comparable(name) for name in point.full_name or point.issuers or ((DIRECTORY_NAME, certificate.issuer),)}


def _under(owner: bytes, relative: bytes) -> bytes:
    return encode.sequence(Reader.whole(owner).rest(), relative)


def _comparable(name: GeneralName) -> tuple[int, object]:
    kind, content = name
    return kind, names.folded(content) if kind == DIRECTORY_NAME else content
