"""采用口径 of a month: the readings that were really used, and what changed within the month (G10, G14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from opsdesk.rules.basis import basis, common_basis, hours_basis, penalty_basis
from opsdesk.rules.clause import Law
from opsdesk.services.attendance import PersonDay
from opsdesk.services.day_charges import PENALTY_PARTS
from opsdesk.services.duties import NO_CONTRACT


def in_use(laws: Mapping[date, Law], days: Sequence[PersonDay], now: datetime) -> tuple[str, ...]:
    """The readings in use: common ones, then hours and penalties by regulation; a change within the month is told."""
    said: dict[tuple[str, str], dict[str, date]] = {}
    seen: set[tuple[int, str, str]] = set()
    chosen: dict[tuple[str, str], dict[str, date]] = {}
    for day in days:
        if day.duty is None:
            continue
        law, pair = laws[day.day], (day.terms.hours, day.terms.penalties)
        for topic, code in zip(("作息", "罚则"), pair, strict=True):
            chosen.setdefault((day.person.vendor, topic), {}).setdefault(code, day.day)
        if (key := (id(law.stretch), *pair)) in seen:
            continue
        seen.add(key)
        lines = {
            ("", ""): common_basis(law),
            ("作息", pair[0]): hours_basis(law, pair[0]),
            ("罚则", pair[1]): penalty_basis(law, pair[1]),
        }
        for subject, line in lines.items():
            begun = said.setdefault(subject, {})
            begun[line] = min(day.day, begun.get(line, day.day))
    if not said:
        law = laws[min(max(laws), max(min(laws), now.date()))]
        return basis(law, NO_CONTRACT.hours, NO_CONTRACT.penalties)
    found = []
    for _, versions in sorted(said.items()):
        for line, since in sorted(versions.items(), key=lambda item: item[1]):
            found.append(f"{since.isoformat()} 起：{line}" if len(versions) > 1 else line)
    for (vendor, topic), codes in chosen.items():
        if len(codes) > 1:
            listed = "，".join(
                f"{first.isoformat()} 起{_by(laws[first], topic, code)}" for code, first in codes.items()
            )
            found.append(f"{vendor}的{topic}：{listed}。")
    if any(len(each) > 1 for each in (*said.values(), *chosen.values())):
        found.append("月中有变更，以生效日为界分段结算（G14）。")
    return tuple(dict.fromkeys(filter(None, found)))


def _by(law: Law, topic: str, code: str) -> str:
    none = topic == "罚则" and not any(law.part(does, code) for does in PENALTY_PARTS)
    return "不适用" if none else f"按 {code}"
