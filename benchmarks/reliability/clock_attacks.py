"""P11: a workstation's clock that is turned: set back it is noticed, honest jumps raise no alarm, some cannot be told.

Each trial is a morning with a sign-in on record, then something happens to the clock, then somebody wants to sign.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.reliability import living
from benchmarks.reliability.result import Result
from opsdesk.registers.sign_in import service
from opsdesk.services import clock_guard
from opsdesk.services.clock import FixedClock
from opsdesk.services.clock_guard import ClockSetBack
from opsdesk.services.context import Context

NAME = "P11"
BY_THE_ACT = 10
"""Every so many trials the sign-in itself is asked, else the guard that it asks first."""


@dataclass
class Machine:
    """The workstation: its clock, and the chance that decides how far things go."""

    clock: FixedClock
    chance: random.Random
    boots: int = 0

    def minutes(self, low: float, high: float) -> timedelta:
        """Some time between."""
        return timedelta(seconds=self.chance.randrange(int(low * 60), int(high * 60)))

    def off(self, time: timedelta) -> None:
        """Switch off, and on again after so long."""
        self.boots += 1
        self.clock.at += time
        self.clock.run, self.clock.up_ms = f"boot {self.boots}", self.chance.randrange(20_000, 90_000)

    def turn(self, by: timedelta) -> None:
        """Turn the hands, while the machine runs."""
        self.clock.at += by

    def run(self, time: timedelta) -> None:
        """Let time pass."""
        self.clock.advance(seconds=time.total_seconds())


def _in_session(machine: Machine) -> None:
    machine.run(machine.minutes(1, 300))
    machine.turn(-machine.minutes(303, 2000))


def _while_closed(machine: Machine) -> None:
    machine.run(machine.minutes(10, 60))
    machine.turn(-machine.minutes(62.1, 600))
    machine.run(machine.minutes(0, 0.5))


def _short_of_time(machine: Machine) -> None:
    """Within one run of the machine: later than the last entry, but not as much as has passed."""
    machine.run(machine.minutes(30, 60))
    machine.turn(-machine.minutes(2.1, 29))


def _after_reboot(machine: Machine) -> None:
    machine.off(machine.minutes(5, 600))
    machine.turn(-machine.minutes(603, 5000))


def _weekend(machine: Machine) -> None:
    machine.off(machine.minutes(3000, 4500))


def _sleep(machine: Machine) -> None:
    machine.clock.at += machine.minutes(60, 900)  # on Linux the clock nobody can set stands still meanwhile


def _network_time(machine: Machine) -> None:
    machine.run(machine.minutes(1, 600))
    machine.turn(timedelta(seconds=machine.chance.randint(-119, 119)))


def _within_the_gap(machine: Machine) -> None:
    machine.off(machine.minutes(700, 900))
    machine.turn(-machine.minutes(3, 600))


def _forward_and_restored(machine: Machine) -> None:
    ahead = machine.minutes(600, 3000)
    machine.turn(ahead)
    machine.run(machine.minutes(1, 5))


@dataclass(frozen=True)
class Kind:
    """Something that happens to a clock, and whether signing is refused then. `again` happens after one more entry."""

    happens: Callable[[Machine], None]
    refused: bool
    again: Callable[[Machine], None] | None = None


KINDS: Mapping[str, Kind] = {
    "set back while the program is open": Kind(_in_session, True),
    "set back while it is closed": Kind(_while_closed, True),
    "set back by less than has passed, one run of the machine": Kind(_short_of_time, True),
    "set back before a restart": Kind(_after_reboot, True),
    "set forward for an entry, then right again": Kind(
        _forward_and_restored, True, lambda machine: machine.turn(-machine.minutes(590, 595))
    ),
    "honest: off over a weekend": Kind(_weekend, False),
    "honest: asleep": Kind(_sleep, False),
    "honest: corrected over the network by less than two minutes": Kind(_network_time, False),
    "cannot be told: set back in the firmware within the night": Kind(_within_the_gap, False),
    "not told: the same, put right after an entry": Kind(
        _within_the_gap, False, lambda machine: machine.turn(machine.minutes(3, 600))
    ),
}


def run(count: int, seed: int) -> Result:
    """Hold each kind `count` times."""
    chance, failures = random.Random(seed), list[str]()
    figures: dict[str, int | float | str] = {}
    for name, kind in KINDS.items():
        with living.folder() as home:
            living.copy(home)
            ctx = living.opened(home)
            assert isinstance(ctx.clock, FixedClock)
            machine = Machine(ctx.clock, chance)
            held = [_held(ctx, machine, kind, n) for n in range(count)]
            failures += [f"{name}: {each}" for each in living.findings(ctx)]
            living.close(ctx)
        refused = [stopped for stopped, _ in held]
        wrong = [n for n, stopped in enumerate(refused) if stopped != kind.refused]
        failures += [f"{name}, trial {n}: the entry is not marked 时间存疑" for n, (_, ok) in enumerate(held) if not ok]
        failures += [f"{name}, trial {n}: signing was {'taken' if kind.refused else 'refused'}" for n in wrong]
        figures[f"{name}: refused"] = f"{sum(refused)} of {count}"
    return Result(NAME, count * len(KINDS), tuple(failures), figures)


def _held(ctx: Context, machine: Machine, kind: Kind, n: int) -> tuple[bool, bool]:
    """Whether signing is refused then, and whether the next entry is marked once the supervisor has confirmed."""
    machine.off(timedelta(days=1, hours=8))
    _enter(ctx)
    kind.happens(machine)
    if kind.again is not None:
        _enter(ctx)
        kind.again(machine)
    stopped, marked = _refused(ctx, n), True
    if stopped and n % BY_THE_ACT == 0:
        clock_guard.confirm(ctx, reason="核对过电脑时间")
        marked = service.sign(ctx, staff_id=2).value.doubted
    machine.turn(timedelta(days=3))  # and the clock is set right: later than everything before
    return stopped, marked


def _enter(ctx: Context) -> None:
    """An entry in the record."""
    with ctx.transaction("签到") as tx:
        tx.event("trial")


def _refused(ctx: Context, n: int) -> bool:
    """Whether signing is refused because of the clock."""
    try:
        if n % BY_THE_ACT == 0:
            service.sign(ctx, staff_id=1)
        else:
            with ctx.read() as connection:
                clock_guard.check(connection, ctx.clock)
    except ClockSetBack:
        return True
    return False
