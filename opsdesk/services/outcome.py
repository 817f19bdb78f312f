"""What an act gives back: its value, and which topics it touched, so that windows can refresh themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """Result of an act that was kept. `touched` holds topic names such as "sign_in" or "staff"."""

    value: T
    touched: frozenset[str] = frozenset()
