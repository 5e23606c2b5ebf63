"""Name constraints (RFC 5280, 4.2.1.10, 6.1.3 (b) and (c)): what an authority may issue names for."""

from dataclasses import dataclass
from typing import Final

from shared.pki import extensions, names
from shared.pki.certificate import Certificate
from shared.pki.codes import Code, Refused
from shared.pki.der import Malformed
from shared.pki.extensions import (
    DIRECTORY_NAME,
    DNS_NAME,
    IP_NAME,
    RFC822_NAME,
    URI_NAME,
    GeneralName,
    Subtrees,
)

_KNOWN: Final = frozenset({DIRECTORY_NAME, DNS_NAME, IP_NAME, RFC822_NAME, URI_NAME})
_BUDGET: Final = 200_000  # comparisons in one path; a real one needs a few
_ADDRESS_SIZES: Final = {4: 8, 16: 32}  # bytes of an address, and of a network with its mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """All subtrees met so far. A name must lie in each permitted group that speaks of its kind, in none excluded."""

    permitted: tuple[tuple[GeneralName, ...], ...] = ()
    excluded: tuple[GeneralName, ...] = ()
    comparisons: int = 0

    def narrowed(self, subtrees: Subtrees | None) -> "Constraints":
        """Take a further authority's constraints in (6.1.4 (g))."""
        if subtrees is None:
            return self
        permitted = self.permitted if subtrees.permitted is None else (*self.permitted, subtrees.permitted)
        return Constraints(
            permitted=permitted, excluded=(*self.excluded, *subtrees.excluded), comparisons=self.comparisons
        )

    def check(self, certificate: Certificate) -> "Constraints":
        """Judge every name of a certificate. Raises Refused: name-constraints-broken, path-budget-spent."""
        if not self.permitted and not self.excluded:
            return self
        subjects = all_names(certificate)
        spent = self.comparisons + len(subjects) * (len(self.excluded) + sum(map(len, self.permitted)))
        if spent > _BUDGET:
            raise Refused(Code.PATH_BUDGET_SPENT, "the name constraints of the path cost too many comparisons")
        for name in subjects:
            self._judge(name)
        return Constraints(permitted=self.permitted, excluded=self.excluded, comparisons=spent)

    def _judge(self, name: GeneralName) -> None:
        for group in self.permitted:
            same_kind = [base for base in group if base[0] == name[0]]
            if same_kind and not any(matches(name, base) for base in same_kind):
                raise Refused(Code.NAME_CONSTRAINTS_BROKEN, "a name outside what its authority may name")
        if any(base[0] == name[0] and matches(name, base) for base in self.excluded):
            raise Refused(Code.NAME_CONSTRAINTS_BROKEN, "a name that its authority must not name")


def all_names(certificate: Certificate) -> tuple[GeneralName, ...]:
    """List the subject, its e-mail attributes where no alternative name is an address, and the alternative names."""
    found = extensions.subject_names(certificate)
    if certificate.subject == names.EMPTY:
        return found
    subject: list[GeneralName] = [(DIRECTORY_NAME, certificate.subject)]
    if all(kind != RFC822_NAME for kind, _ in found):
        subject += [(RFC822_NAME, mail.encode()) for mail in names.values(certificate.subject, names.EMAIL)]
    return (*subject, *found)


def matches(name: GeneralName, base: GeneralName) -> bool:
    """Tell whether a name lies in the subtree of a base of the same kind.

    A kind that is not known here: a permitted subtree contains none of its names, an excluded one all, so both refuse.
    """
    kind, value = name
    if kind not in _KNOWN:
        raise Refused(Code.NAME_CONSTRAINTS_BROKEN, "constraints on a kind of name that is not judged here")
    if kind == DIRECTORY_NAME:
        return names.within(value, base[1])
    if kind == IP_NAME:
        return _in_network(value, base[1])
    subject, tree = _ascii(value), _ascii(base[1])
    if kind == DNS_NAME:
        return _in_domain(subject, tree)
    if kind == RFC822_NAME:
        return _in_mailbox(subject, tree)
    return _in_host(_host(subject), tree)


def _ascii(value: bytes) -> str:
    try:
        return value.decode("ascii").lower()
    except UnicodeDecodeError:
        raise Malformed("a name that is not IA5") from None


def _in_domain(subject: str, tree: str) -> bool:
    return not tree or subject == tree or subject.endswith("." + tree)


def _in_host(host: str, tree: str) -> bool:
    """4.2.1.10: a leading dot means one or more labels before; without it the host itself."""
    return host.endswith(tree) and len(host) > len(tree) if tree.startswith(".") else host == tree


def _in_mailbox(subject: str, tree: str) -> bool:
    if "@" in tree:
        return subject == tree
    _, _, host = subject.rpartition("@")
    return _in_host(host, tree)


def _host(uri: str) -> str:
    """Cut the host out of a URI; one without a host name cannot be judged, and is refused (4.2.1.10)."""
    _, scheme, rest = uri.partition("://")
    authority = rest.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0].rpartition("@")[2]
    host = authority.split(":", 1)[0]
    if not scheme or not host or host.startswith("[") or host.replace(".", "").isdigit():
        raise Refused(Code.NAME_CONSTRAINTS_BROKEN, "a URI without a host name under constraints on URIs")
    return host


def _in_network(address: bytes, network: bytes) -> bool:
    size = len(address)
    if _ADDRESS_SIZES.get(size) is None:
        raise Malformed("an address of another length")
    if len(network) != _ADDRESS_SIZES[size]:
        return False
    return all(
        one & mask == base & mask for one, base, mask in zip(address, network[:size], network[size:], strict=True)
    )
