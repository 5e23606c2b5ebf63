"""The rarer extensions of certificates and lists (RFC 5280, 4.2.1 and 5.2), read when a step asks for them.

Every function raises der.Malformed for a value that is not what its section says.
"""

from dataclasses import dataclass
from typing import Final

from shared.pki import der
from shared.pki.certificate import Certificate
from shared.pki.der import Malformed, Reader

SUBJECT_NAMES: Final = "2.5.29.17"
NAME_CONSTRAINTS: Final = "2.5.29.30"
DISTRIBUTION_POINTS: Final = "2.5.29.31"
POLICY_MAPPINGS: Final = "2.5.29.33"
POLICY_CONSTRAINTS: Final = "2.5.29.36"
FRESHEST_LIST: Final = "2.5.29.46"
INHIBIT_ANY_POLICY: Final = "2.5.29.54"
NO_CHECK: Final = "1.3.6.1.5.5.7.48.1.5"

OTHER_NAME, RFC822_NAME, DNS_NAME, DIRECTORY_NAME, URI_NAME, IP_NAME = 0, 1, 2, 4, 6, 7

_MOST = 1024  # names, subtrees or mappings in one extension

GeneralName = tuple[int, bytes]
"""Number of the choice (RFC 5280, 4.2.1.6) and content; of a directory name the DER of the Name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtrees:
    """Name constraints: None where nothing was said."""

    permitted: tuple[GeneralName, ...] | None
    excluded: tuple[GeneralName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionPoint:
    """Where, for which reasons, and by whom a list is issued. A relative name is the DER of the RDN set."""

    full_name: tuple[GeneralName, ...] | None
    relative_name: bytes | None
    reasons: frozenset[int] | None
    issuers: tuple[GeneralName, ...] | None


def general_name(reader: Reader) -> GeneralName:
    """Take one GeneralName."""
    tag = reader.peek()
    if tag & 0xC0 != 0x80:  # noqa: PLR2004 - context-specific
        raise Malformed("a general name of no known choice")
    number = tag & 0x1F
    content = reader.content()
    if number == DIRECTORY_NAME:
        Reader.whole(content)
    return number, content


def general_names(reader: Reader) -> tuple[GeneralName, ...]:
    """Take all general names up to the end, at least one."""
    found = []
    while reader.more():
        found.append(general_name(reader))
        if len(found) > _MOST:
            raise Malformed("too many names")
    if not found:
        raise Malformed("no name where one belongs")
    return tuple(found)


def subject_names(certificate: Certificate) -> tuple[GeneralName, ...]:
    """Read the subject's alternative names; () when there is no such extension."""
    extension = certificate.extensions.get(SUBJECT_NAMES)
    return () if extension is None else general_names(Reader.whole(extension.value))


def name_constraints(certificate: Certificate) -> Subtrees | None:
    """Read name constraints (4.2.1.10); minimum other than 0, or a maximum, is refused as that section allows."""
    extension = certificate.extensions.get(NAME_CONSTRAINTS)
    if extension is None:
        return None
    reader = Reader.whole(extension.value)
    permitted, excluded = reader.optional(der.explicit(0)), reader.optional(der.explicit(1))
    reader.finish()
    if permitted is None and excluded is None:
        raise Malformed("name constraints that say nothing")
    return Subtrees(
        permitted=None if permitted is None else _subtrees(permitted),
        excluded=() if excluded is None else _subtrees(excluded),
    )


def _subtrees(reader: Reader) -> tuple[GeneralName, ...]:
    found = []
    while reader.more():
        subtree = reader.enter()
        found.append(general_name(subtree))
        if subtree.peek() == der.implicit(0) and subtree.integer(der.implicit(0)) != 0:
            raise Malformed("a subtree with a minimum")
        subtree.finish()
        if len(found) > _MOST:
            raise Malformed("too many subtrees")
    if not found:
        raise Malformed("an empty list of subtrees")
    return tuple(found)


def policy_mappings(certificate: Certificate) -> tuple[tuple[str, str], ...]:
    """Read pairs of issuer's and subject's policy (4.2.1.5)."""
    extension = certificate.extensions.get(POLICY_MAPPINGS)
    if extension is None:
        return ()
    reader, found = Reader.whole(extension.value), []
    while reader.more():
        pair = reader.enter()
        found.append((pair.oid(), pair.oid()))
        pair.finish()
        if len(found) > _MOST:
            raise Malformed("too many mappings")
    if not found:
        raise Malformed("an empty list of mappings")
    return tuple(found)


def policy_constraints(certificate: Certificate) -> tuple[int | None, int | None]:
    """Read requireExplicitPolicy and inhibitPolicyMapping (4.2.1.11)."""
    extension = certificate.extensions.get(POLICY_CONSTRAINTS)
    if extension is None:
        return None, None
    reader = Reader.whole(extension.value)
    found = [reader.integer(tag) if reader.peek() == tag else None for tag in (der.implicit(0), der.implicit(1))]
    reader.finish()
    if found == [None, None] or any(value is not None and value < 0 for value in found):
        raise Malformed("policy constraints that say nothing, or a negative number")
    return found[0], found[1]


def inhibit_any_policy(certificate: Certificate) -> int | None:
    """Read how many more certificates may use anyPolicy (4.2.1.14)."""
    extension = certificate.extensions.get(INHIBIT_ANY_POLICY)
    if extension is None:
        return None
    reader = Reader(extension.value)
    value = reader.integer()
    reader.finish()
    if value < 0:
        raise Malformed("a negative number of certificates")
    return value


def distribution_points(certificate: Certificate) -> tuple[DistributionPoint, ...]:
    """Read where lists for this certificate are issued (4.2.1.13); () when it does not say."""
    extension = certificate.extensions.get(DISTRIBUTION_POINTS)
    if extension is None:
        return ()
    reader, found = Reader.whole(extension.value), []
    while reader.more():
        point = reader.enter()
        full, relative = point_name(point.optional(der.explicit(0)))
        reasons = point.named_bits(der.implicit(1)) if point.peek() == der.implicit(1) else None
        issuers = point.optional(der.explicit(2))
        found.append(
            DistributionPoint(
                full_name=full, relative_name=relative, reasons=reasons,
                issuers=None if issuers is None else general_names(issuers),
            )
        )  # fmt: skip
        point.finish()
        if len(found) > _MOST:
            raise Malformed("too many distribution points")
    if not found:
        raise Malformed("an empty list of distribution points")
    return tuple(found)


def point_name(tagged: Reader | None) -> tuple[tuple[GeneralName, ...] | None, bytes | None]:
    """Read a DistributionPointName: full names, or a name relative to the issuer's."""
    if tagged is None:
        return None, None
    if tagged.peek() == der.explicit(1):
        relative = b"\x31" + tagged.raw()[1:]
        tagged.finish()
        return None, relative
    full = general_names(tagged.enter(der.explicit(0)))
    tagged.finish()
    return full, None
