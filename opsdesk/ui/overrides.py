"""A fault in what Qt calls of ours is told like any other instead of ending the program.

PySide 6.9 writes a note into an exception that leaves an override, and dies where Python 3.11 has not made it whole
yet: one raised in C, such as an index out of range or a division by zero. Whatever is caught once is whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any

from PySide6.QtCore import QObject

WHOLE_ALWAYS = (3, 12)
"""From this Python on an exception is whole from its beginning."""


def _whole(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(*given: Any, **named: Any) -> Any:
        try:
            return method(*given, **named)
        except BaseException:
            raise

    return call


def _make_whole(made: type[QObject], **named: Any) -> None:
    super(QObject, made).__init_subclass__(**named)
    bases = [base for base in made.__mro__ if base.__module__.startswith("PySide6.")]
    for name, method in tuple(vars(made).items()):
        if isinstance(method, FunctionType) and name != "__init__" and any(name in vars(base) for base in bases):
            setattr(made, name, _whole(method))


if sys.version_info < WHOLE_ALWAYS:
    QObject.__init_subclass__ = classmethod(_make_whole)  # type: ignore[assignment, arg-type]
