"""A small memory with an end to every entry, so that nothing here outlives what auth-svc says for long."""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Entries die by age, and the oldest first when there are too many."""

    def __init__(self, *, age: timedelta, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._age = age.total_seconds()
        self._most = most
        self._monotonic = monotonic
        self._entries: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        entry = self._entries.get(key)
        if entry is None or entry[0] <= self._monotonic():
            return None
        return entry[1]

    def keep(self, key: Key, value: Value) -> None:
        self._entries.pop(key, None)
        self._entries[key] = (self._monotonic() + self._age, value)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def forget(self, key: Key) -> None:
        self._entries.pop(key, None)
