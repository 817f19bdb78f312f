"""Care of the machine room: climate, what is out of order, rounds of a day, cleaning every two weeks.

Clauses: E1-01, E1-03, E1-07, E1-11, E1-12, E15-09; readings G1 (a limit itself is kept) and `clean.count`. Figures are
tenths of their unit. Everything here is pure; what is out of order is told, never punished by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from opsdesk.rules.clause import Citation, Held, Law

SITE, ROUNDS = "E1", "E15"
"""Whose rules hold for the room, and whose for going round it."""
NORMAL, ABNORMAL, NONE = "正常", "异常", "不涉及"
STATES = (NORMAL, ABNORMAL, NONE)
DAY, WEEK = timedelta(days=1), 7
REMIND = 2
"""Days before the last day for cleaning from which it is reminded of."""
MOST_TENTHS = 1_000_000
FIGURE = re.compile(r"([+-]?)(\d{1,6})(?:\.(\d))?", re.ASCII)
CIRCLED = "①②③④⑤⑥⑦⑧⑨"
NAMED = (("room.fire_ban", ("禁烟", "吸烟", "明火", "易燃", "危险品")), ("room.clutter", ("杂物", "食品")))
"""Which clause an item of the round looks after, by the words in its name; the supervisor may name items anew."""


def read_tenths(text: str) -> int:
    """Tenths of a figure as people type it: 23, 23.5, －2．5. ValueError for anything else."""
    found = FIGURE.fullmatch(unicodedata.normalize("NFKC", text).replace("。", ".").strip())
    if found is None:
        raise ValueError(text)
    sign, whole, tenth = found.groups()
    value = int(whole) * 10 + int(tenth or 0)
    if value > MOST_TENTHS:
        raise ValueError(text)
    return -value if sign == "-" else value


def shown(tenths: int | None) -> str:
    """A figure as it is written: 23.5, and 23 where nothing follows the point; empty for none."""
    if tenths is None:
        return ""
    whole, tenth = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}{f'.{tenth}' if tenth else ''}"


def circled(turn: int) -> str:
    """①, ②: how a round of the day is named on screen and on paper."""
    return CIRCLED[turn - 1] if 0 < turn <= len(CIRCLED) else str(turn)


@dataclass(frozen=True)
class Limit:
    """Between what a figure has to lie, both limits included, in tenths of `unit`; `citation` where a clause asks."""

    name: str
    unit: str
    low: int | None = None
    high: int | None = None
    citation: Citation | None = None

    @property
    def words(self) -> str:
        """18–27 ℃, ≤14 天, ≥2.5 MPa; empty where any figure is right."""
        if self.low is None and self.high is None:
            return ""
        if self.low is None or self.high is None:
            sign, edge = ("≤", self.high) if self.low is None else ("≥", self.low)
            return f"{sign}{shown(edge)} {self.unit}".rstrip()
        between = "至" if self.low < 0 else "–"
        return f"{shown(self.low)}{between}{shown(self.high)} {self.unit}".rstrip()

    def holds(self, tenths: int) -> bool:
        """Whether a figure lies within; the limits themselves do."""
        return (self.low is None or tenths >= self.low) and (self.high is None or tenths <= self.high)

    def missed(self, tenths: int) -> str:
        """温度 28.3 ℃，超出 18–27 ℃（E1 一.2）; empty where the figure lies within."""
        if self.holds(tenths):
            return ""
        figure = f"{shown(tenths)} {self.unit}".rstrip()
        return f"{self.name} {figure}，超出 {self.words}{bracketed(self.citation)}"


def bracketed(citation: Citation | None) -> str:
    """（E1 一.2）, or nothing where no clause asks for it."""
    return f"（{citation.short}）" if citation else ""


@dataclass(frozen=True)
class OwnLimits:
    """A room's own limits in ℃ and %; what is None is as the clause says."""

    temp_min: int | None = None
    temp_max: int | None = None
    humidity_min: int | None = None
    humidity_max: int | None = None


def climate(own: OwnLimits, law: Law) -> tuple[Limit, Limit]:
    """The limits of temperature and humidity: the room's own, else those of E1-03 on the day."""
    held = law.part("room.climate", SITE)

    def limit(name: str, unit: str, low: int | None, high: int | None, key: str) -> Limit:
        edges = [
            each * 10 if each is not None else held.number(f"room.{key}_{end}") * 10 if held else None
            for each, end in ((low, "min"), (high, "max"))
        ]
        return Limit(name, unit, edges[0], edges[1], held.cite() if held else None)

    return (
        limit("温度", "℃", own.temp_min, own.temp_max, "temp"),
        limit("湿度", "%", own.humidity_min, own.humidity_max, "humidity"),
    )


def anomaly(law: Law) -> Citation | None:
    """The clause that wants whatever is out of order handled and written down (E1-07)."""
    held = law.part("room.anomaly", SITE)
    return held.cite() if held else None


@dataclass(frozen=True)
class ReadingFacts:
    """What was read in a room: tenths of ℃ and %, the load of the UPS in %, and the state of what has no figure."""

    temperature: int | None = None
    humidity: int | None = None
    ups_load: int | None = None
    states: tuple[tuple[str, str], ...] = ()


def out_of_range(read: ReadingFacts, limits: Sequence[Limit], ups: Limit, law: Law) -> list[str]:
    """What of a reading is out of order, a phrase with its clause for each; `limits` are temperature and humidity."""
    figures = zip(
        (*limits, ups), (read.temperature, read.humidity, None if read.ups_load is None else read.ups_load * 10),
        strict=True,
    )  # fmt: skip
    said = [limit.missed(value) for limit, value in figures if value is not None]
    said += [f"{name}异常{bracketed(anomaly(law))}" for name, state in read.states if state == ABNORMAL]
    return [each for each in said if each]


@dataclass(frozen=True)
class ItemFacts:
    """An item of the inspection as it is judged: its name, and its limit where it takes a figure."""

    name: str
    limit: Limit | None = None


def item_citation(item: ItemFacts, law: Law) -> Citation | None:
    """The clause an item looks after: of its limit, of its name (E1-01, E1-12), else the one for anything wrong."""
    if item.limit is not None and item.limit.citation is not None:
        return item.limit.citation
    for part, words in NAMED:
        if any(word in item.name for word in words) and (held := law.part(part, SITE)):
            return held.cite()
    return anomaly(law)


@dataclass(frozen=True)
class Found:
    """What was found of an item: the value as it is kept, whether it is normal, and else the sentence that says so."""

    value: str
    normal: bool
    sentence: str = ""


def judge(item: ItemFacts, typed: str, law: Law) -> Found:
    """What a typed value amounts to. ValueError where it is no value of this item, or nothing was typed."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    if plain in {NONE, "/"}:
        return Found(NONE, True)
    if item.limit is None:
        if plain not in {NORMAL, ABNORMAL}:
            raise ValueError(typed)
        said = f"{item.name}异常{bracketed(item_citation(item, law))}" if plain == ABNORMAL else ""
        return Found(plain, plain == NORMAL, said)
    tenths = read_tenths(plain)
    said = item.limit.missed(tenths)
    return Found(shown(tenths), not said, said)


@dataclass(frozen=True)
class CleaningState:
    """How the cleaning of a room stands on a day: the last, by when the next is due, how many days it is over."""

    last: date | None
    due: date | None
    since: int | None
    over: int
    remind: bool
    sentence: str
    citation: Citation | None


def cleaning_due(last: date, held: Held) -> date:
    """The last day for the next cleaning: rolling, or (other reading) the Sunday of the second calendar week after."""
    interval = held.number("clean.interval")
    if held.text("clean.count") == "weeks":
        sunday = last + DAY * (6 - last.weekday())
        return sunday + DAY * WEEK * max(1, interval // WEEK)
    return last + DAY * interval


def cleaning(last: date | None, day: date, law: Law) -> CleaningState:
    """How the cleaning of a room stands on `day`, the last one having been on `last` (E1-11)."""
    held = law.part("room.cleaning", SITE)
    citation = held.cite() if held else None
    clause = bracketed(citation)
    if last is None:
        return CleaningState(None, None, None, 0, False, f"还没有清扫记录{clause}。", citation)
    since = (day - last).days
    if held is None:
        return CleaningState(last, None, since, 0, False, f"上次清扫 {last:%m-%d}，已过 {since} 天。", None)
    due = cleaning_due(last, held)
    over, left = max(0, (day - due).days), (due - day).days
    if over:
        said = f"上次清扫 {last:%m-%d}，已过 {since} 天，逾期 {over} 天{clause}。"
    elif left <= REMIND:
        when = "今天" if not left else f"{due:%m-%d}，还有 {left} 天"
        said = f"上次清扫 {last:%m-%d}，下次最迟{'' if not left else ' '}{when}{clause}。"
    else:
        said = f"上次清扫 {last:%m-%d}，已过 {since} 天，下次最迟 {due:%m-%d}{clause}。"
    return CleaningState(last, due, since, over, not over and left <= REMIND, said, citation)


def cleaning_limit(last: date | None, law: Law) -> Limit:
    """How many days may have passed since the last cleaning, as an item of the round takes it."""
    held = law.part("room.cleaning", SITE)
    if held is None:
        return Limit("距上次集中清扫", "天")
    days = (cleaning_due(last, held) - last).days if last is not None else held.number("clean.interval")
    return Limit("距上次集中清扫", "天", None, days * 10, held.cite())


@dataclass(frozen=True)
class Rounds:
    """The rounds of a day: how many are due, which were made, and the sentence that says so."""

    due: int
    done: tuple[int, ...]
    sentence: str
    citation: Citation | None

    @property
    def missing(self) -> tuple[int, ...]:
        """The rounds that were not made."""
        return tuple(turn for turn in range(1, self.due + 1) if turn not in self.done)


def rounds(done: Iterable[int], law: Law) -> Rounds:
    """How the rounds of a day stand (E15-09: every day as many as the clause says; rest days are no exception)."""
    made = tuple(sorted(set(done)))
    held = law.part("inspection.rounds", ROUNDS)
    did = "、".join(circled(turn) for turn in made)
    if held is None:
        return Rounds(0, made, f"已巡检 {did}。" if made else "还没有巡检。", None)
    due, citation = held.number("inspection.daily"), held.cite()
    lacking = "、".join(circled(turn) for turn in range(1, due + 1) if turn not in made)
    told = f"应巡检 {due} 次，" + (f"还缺 {lacking}" if lacking else "已做齐")
    return Rounds(due, made, f"{told}{bracketed(citation)}。", citation)
