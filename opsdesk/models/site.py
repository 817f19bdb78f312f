"""The site, its accounts, and its calendar."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from opsdesk.models.base import Base, Key


class Setting(Base):
    """A setting of the site by name (site.name, site.project, desk.lock_minutes …); values are text."""

    __tablename__ = "setting"

    id: Mapped[Key]
    name: Mapped[str]
    value: Mapped[str]

    __table_args__ = (UniqueConstraint("name"), {"sqlite_strict": True})


class Account(Base):
    """Who may sit at the desk: 主管, 服务台 or 只读. The password is an argon2id hash; there is no default account."""

    __tablename__ = "account"

    id: Mapped[Key]
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    active: Mapped[bool]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("name"), {"sqlite_strict": True})


class CalendarYear(Base):
    """A year whose holiday notice is known, with the notice."""

    __tablename__ = "calendar_year"

    id: Mapped[Key]
    year: Mapped[int]
    source: Mapped[str]

    __table_args__ = (UniqueConstraint("year"), {"sqlite_strict": True})


class CalendarDay(Base):
    """A day that is not what its weekday says: holiday, 调休上班, or the site's own."""

    __tablename__ = "calendar_day"

    id: Mapped[Key]
    day: Mapped[date]
    kind: Mapped[str]
    name: Mapped[str]

    __table_args__ = (UniqueConstraint("day"), {"sqlite_strict": True})
