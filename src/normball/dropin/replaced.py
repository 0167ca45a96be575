"""scikit-learn's functions with some of the names that they look up replaced."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any


def with_replaced(function: Callable[..., Any], **replaced: Any) -> Any:
    """The function, looking up `replaced` instead of what its module calls by these names.

    Nothing of scikit-learn itself is changed, so that its own classes go on as they are.
    """
    function = getattr(function, "__wrapped__", function)
    assert isinstance(function, FunctionType)
    names = {**function.__globals__, **replaced}
    made = FunctionType(
        function.__code__, names, function.__name__, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made
