"""The record: SQLAlchemy tables, the engines and the migrations."""

from opsdesk.models.absence import CoverageNeed, HolidayConsent, LeaveSlip, Overtime, RosterSwap, StandBy
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
from opsdesk.models.incident import (
    CaseReport,
    EmergencyPlan,
    ImportMap,
    Incident,
    IncidentAct,
    IncidentDue,
    IncidentFile,
    IncidentOption,
    IncidentPart,
    IncidentPause,
    Problem,
    SavedFilter,
    ZeroReport,
)
from opsdesk.models.law import Amendment
from opsdesk.models.ledger import LedgerRow, PersonalValue
from opsdesk.models.month import Deduction, Settlement, Wage
from opsdesk.models.people import ContactPerson, Contract, ContractTerm, Post, Staff, Vendor
from opsdesk.models.site import Account, CalendarDay, CalendarYear, Setting

__all__ = [
    "Account",
    "Amendment",
    "Base",
    "CalendarDay",
    "CalendarYear",
    "CaseReport",
    "ContactPerson",
    "Contract",
    "ContractTerm",
    "Correction",
    "CoverageNeed",
    "Deduction",
    "EmergencyPlan",
    "HolidayConsent",
    "ImportBatch",
    "ImportMap",
    "Incident",
    "IncidentAct",
    "IncidentDue",
    "IncidentFile",
    "IncidentOption",
    "IncidentPart",
    "IncidentPause",
    "Leave",
    "LeaveSlip",
    "LedgerRow",
    "Overtime",
    "PersonalValue",
    "Post",
    "PrintedPaper",
    "Problem",
    "Punch",
    "RosterEntry",
    "RosterSwap",
    "SavedFilter",
    "Setting",
    "Settlement",
    "Shift",
    "SiteHours",
    "Staff",
    "StandBy",
    "StoredVerdict",
    "Vendor",
    "Wage",
    "ZeroReport",
]
