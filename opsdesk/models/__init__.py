"""The record: SQLAlchemy tables, the engines and the migrations."""

from opsdesk.models.attendance import (
    Correction,
    ImportBatch,
    Leave,
    PrintedPaper,
    Punch,
    RosterEntry,
    Shift,
    SiteHours,
    StoredVerdict,
)
from opsdesk.models.base import Base
from opsdesk.models.ledger import LedgerRow, PersonalValue
from opsdesk.models.people import ContactPerson, Contract, ContractTerm, Post, Staff, Vendor
from opsdesk.models.site import Account, CalendarDay, CalendarYear, Setting

__all__ = [
    "Account",
    "Base",
    "CalendarDay",
    "CalendarYear",
    "ContactPerson",
    "Contract",
    "ContractTerm",
    "Correction",
    "ImportBatch",
    "Leave",
    "LedgerRow",
    "PersonalValue",
    "Post",
    "PrintedPaper",
    "Punch",
    "RosterEntry",
    "Setting",
    "Shift",
    "SiteHours",
    "Staff",
    "StoredVerdict",
    "Vendor",
]
