"""Certificate policies along a path: RFC 5280, 6.1 with the graph of RFC 9618, which does not grow exponentially."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

ANY: Final = "2.5.29.32.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInputs:
    """The user's inputs to path validation (RFC 5280, 6.1.1 (c), (e), (f), (g)). The default asks for nothing."""

    initial_policies: frozenset[str] = frozenset({ANY})
    explicit_policy: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """A policy at one depth: what it will be called by the next certificate, and from which policies it came."""

    policy: str
    expected: frozenset[str]
    parents: tuple["Node", ...]


Level = Mapping[str, Node]
"""The nodes of the greatest depth, by policy; an empty one is the NULL graph. Older depths hang on as parents."""


def root() -> Level:
    """Begin with anyPolicy at depth 0 (6.1.2 (a))."""
    return {ANY: Node(policy=ANY, expected=frozenset({ANY}), parents=())}


def descend(level: Level, policies: Iterable[str] | None, *, any_allowed: bool) -> Level:
    """Take a certificate's policies in (6.1.3 (d) and (e)); None is a certificate without the extension."""
    if policies is None or not level:
        return {}
    found: dict[str, Node] = {}
    by_expected: dict[str, list[Node]] = {}
    for node in level.values():
        for expected in node.expected:
            by_expected.setdefault(expected, []).append(node)
    listed = set(policies)
    for policy in listed - {ANY}:
        parents = by_expected.get(policy) or ([level[ANY]] if ANY in level else [])
        if parents:
            found[policy] = Node(policy=policy, expected=frozenset({policy}), parents=tuple(parents))
    if ANY in listed and any_allowed:
        for policy, parents in by_expected.items():
            if policy not in found:
                found[policy] = Node(policy=policy, expected=frozenset({policy}), parents=tuple(parents))
    return found


def rename(level: Level, mappings: Iterable[tuple[str, str]], *, allowed: bool) -> Level:
    """Carry out policy mappings (6.1.4 (b)); where they are inhibited, what was mapped is cut off."""
    targets: dict[str, set[str]] = {}
    for issuer, subject in mappings:
        targets.setdefault(issuer, set()).add(subject)
    renamed = dict(level)
    for policy, subjects in targets.items():
        if not allowed:
            renamed.pop(policy, None)
        elif policy in level:
            renamed[policy] = Node(policy=policy, expected=frozenset(subjects), parents=level[policy].parents)
        elif ANY in level:
            renamed[policy] = Node(policy=policy, expected=frozenset(subjects), parents=level[ANY].parents)
    return renamed


def acceptable(level: Level, initial: frozenset[str]) -> bool:
    """Tell whether a policy that the user asked for is left at the end (6.1.5 (g))."""
    if ANY in initial or ANY in level:
        return bool(level)
    seen: set[int] = set()
    waiting = list(level.values())
    while waiting:
        node = waiting.pop()
        if id(node) in seen or node.policy == ANY:
            continue
        seen.add(id(node))
        if node.policy in initial and any(parent.policy == ANY for parent in node.parents):
            return True
        waiting.extend(node.parents)
    return False
