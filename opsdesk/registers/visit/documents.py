"""The papers of visits: the register (F08) of a day, a month, a quarter, and the list for an evacuation."""

from __future__ import annotations

from opsdesk.registers.visit.book import day, day_of_visit, month, quarter
from opsdesk.registers.visit.evacuation import evacuation

__all__ = ["day", "day_of_visit", "evacuation", "month", "quarter"]
