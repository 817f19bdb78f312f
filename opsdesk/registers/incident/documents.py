"""The papers of incidents: the record (F05), the case 报告 (F06), the day's list, the month's statistics."""

from __future__ import annotations

from opsdesk.registers.incident.case_paper import case_report
from opsdesk.registers.incident.day_paper import day_list
from opsdesk.registers.incident.month_paper import month_statistics
from opsdesk.registers.incident.record_paper import record

__all__ = ["case_report", "day_list", "month_statistics", "record"]
