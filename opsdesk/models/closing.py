"""What is closed, what was issued under seal, and which backups were proved."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.models.base import PERSONAL, Base, Key


class ClosedPeriod(Base):
    """日结, 月结 or 季结: the days from `first` to `last` take no change until the supervisor opens them again.

    `open_items` is JSON of the sentences that stood open at closing; `seq` and `head` are the audit chain's last link
    then. Opened again, the row stays with who and why; closing again adds a row.
    """

    __tablename__ = "closed_period"

    id: Mapped[Key]
    kind: Mapped[str]
    label: Mapped[str]
    first: Mapped[date]
    last: Mapped[date]
    closed_at: Mapped[datetime]
    closed_by: Mapped[str]
    open_items: Mapped[str]
    seq: Mapped[int]
    head: Mapped[str]
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[str]
    reopen_reason: Mapped[str]

    __table_args__ = (Index(None, "first", "last"), {"sqlite_strict": True})


class Seal(Base):
    """A form as it was issued: its code, what it is of, the hash of its content, the chain's head at that moment.

    `origin` is JSON of what makes it anew ([“visit.day”, “2026-03-05”]), empty where nothing can; `digests` is JSON of
    salted hashes by place on the form, so that what has changed since can be named without keeping the words. Whoever
    has the salt can try words against them: it is forgotten with the personal data that the form shows.
    """

    __tablename__ = "seal"

    id: Mapped[Key]
    code: Mapped[str]
    form: Mapped[str]
    number: Mapped[str]
    title: Mapped[str]
    period: Mapped[str]
    origin: Mapped[str]
    content: Mapped[str]
    salt: Mapped[str | None] = mapped_column(info=PERSONAL)
    digests: Mapped[str]
    seq: Mapped[int]
    head: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]

    __table_args__ = (UniqueConstraint("code"), Index(None, "content"), {"sqlite_strict": True})


class RestoreDrill(Base):
    """恢复演练 (E10, E15): a backup was restored into a copy, opened and counted; who saw it, how long it took."""

    __tablename__ = "restore_drill"

    id: Mapped[Key]
    number: Mapped[str]
    at: Mapped[datetime]
    backup: Mapped[str]
    sha256: Mapped[str]
    made_at: Mapped[datetime]
    links: Mapped[int]
    rows: Mapped[int]
    seconds: Mapped[int]
    result: Mapped[str]
    carried_out_by: Mapped[str]
    remarks: Mapped[str]

    __table_args__ = (UniqueConstraint("number"), {"sqlite_strict": True})
