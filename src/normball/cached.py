"""Attributes that are computed once, without the lock that Python 3.11 holds meanwhile.

Up to Python 3.11 `functools.cached_property` holds one lock for all instances while it computes. A
process that forks while another thread computes would wait for that lock for ever, and two threads
with problems of their own would wait for each other. Two threads that ask one instance at once
compute the same value twice, as in Python 3.12.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

__all__ = ["cached_property"]

if TYPE_CHECKING:
    from functools import cached_property
else:

    class cached_property(functools.cached_property):  # noqa: N801 - named as what it replaces
        """`functools.cached_property` of Python 3.12."""

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            values = instance.__dict__
            if self.attrname not in values:
                values[self.attrname] = self.func(instance)
            return values[self.attrname]
