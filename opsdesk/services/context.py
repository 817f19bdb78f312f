"""What every act is given: the record, the clock, the law and who acts. Passed along, never global."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from opsdesk.rules.clause import Law, Regulations
from opsdesk.rules.vocabulary import Role
from opsdesk.services import unsound
from opsdesk.services.chain import Signer
from opsdesk.services.clock import Clock
from opsdesk.services.errors import Damaged, Refusal
from opsdesk.services.law_library import Library
from opsdesk.services.text import one_line
from opsdesk.services.transaction import NOT_READ, Transaction, database_trouble, transaction


@dataclass(frozen=True)
class Actor:
    """Who is at the desk: account name and role."""

    name: str
    role: Role


NOBODY = Actor("（未登录）", Role.READER)


@dataclass(frozen=True)
class Context:
    """The site as an act sees it. `home` is the data folder, `station` the workstation's name."""

    home: Path
    writing: Engine
    reading: Engine
    clock: Clock
    library: Library
    actor: Actor = NOBODY
    station: str = "desk"

    @contextmanager
    def transaction(self, act: str, reason: str = "") -> Iterator[Transaction]:
        """A transaction for the act named, signed by the actor, under the law as it stands when it begins."""
        signer = Signer(self.actor.name, str(self.actor.role), self.station)
        with (
            transaction(self.writing, self.clock, signer, act, one_line(reason)) as tx,
            self.library.kept_within(tx.connection),
        ):
            yield tx

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that can only look. What it finds damaged is remembered until it is mended. Raises Trouble."""
        try:
            with database_trouble(NOT_READ), self.reading.connect() as connection:
                yield connection
        except Damaged as damaged:
            unsound.note(self.home, self.now(), str(damaged))
            raise

    @property
    def regulations(self) -> Regulations:
        """The regulations with all that has been amended in the program."""
        return self.library.current(self.reading)

    def under(self, regulations: Regulations) -> Context:
        """The same site under other regulations: a draft, or amendments not yet committed."""
        return replace(self, library=Library(regulations, fixed=True))

    def law_on(self, day: date) -> Law:
        """The law as it stands on `day`."""
        return self.regulations.on(day)

    def now(self) -> datetime:
        """Now, local wall time."""
        return self.clock.now()

    def today(self) -> date:
        """Today by the workstation's clock."""
        return self.clock.now().date()

    def acting_as(self, actor: Actor) -> Context:
        """The same site with another person at the desk."""
        return replace(self, actor=actor)

    def require(self, *roles: Role) -> None:
        """Refuse unless the actor has one of `roles`."""
        if self.actor.role not in roles:
            wanted = "或".join(roles)
            raise Refusal(
                f"这一步需要{wanted}来做，当前登录的是{self.actor.name}（{self.actor.role}）。请由{wanted}登录后再办。"
            )


WRITERS = (Role.SUPERVISOR, Role.DESK)
SIGNERS = (Role.SUPERVISOR, Role.DESK, Role.KIOSK)
