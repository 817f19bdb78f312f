"""What the words of a foreign register are at this site (choices, vendors, people), and which it does not know."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from opsdesk.imports.column_map import ColumnMap
from opsdesk.imports.incident_columns import TITLES, word_key
from opsdesk.imports.incident_rows import IncidentRow
from opsdesk.models import IncidentOption, Vendor
from opsdesk.registers.incident.service import CHOSEN
from opsdesk.services import duties, incident_options
from opsdesk.services.duties import Person
from opsdesk.services.errors import Refusal
from opsdesk.services.incident_options import ALL_HOURS, What
from opsdesk.services.transaction import Transaction

HOW_TO_GO_ON = "可以在对照列里归为已有的，或勾选按原文接受新值。"
MOST_TOLD = 8


class Hands(NamedTuple):
    """Who works on a record: ours by id, or as the file writes it."""

    vendor_id: int | None = None
    vendor_written: str = ""
    staff_id: int | None = None
    person_written: str | None = None


@dataclass
class Names:
    """The site's names, by how they are compared. `create` takes unknown words over; `accepted` only these, by field.

    `unknown` counts the words that the site does not have, by field; `wanted` holds the choices that it would get.
    """

    options: Mapping[str, Mapping[str, str]]
    vendors: Mapping[str, int]
    people: Sequence[Person]
    create: bool
    accepted: Mapping[str, frozenset[str]]
    unknown: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wanted: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self._numbered = {_solid(person.staff_no): person for person in self.people}
        self._named: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            self._named[_solid(person.name)].append(person)
        self._hands: dict[tuple[str, str, date], tuple[Hands, tuple[str, ...]]] = {}

    def option(self, each: str, word: str) -> str:
        """The choice that a word means; the word itself where the site has none."""
        return self.options[each].get(word_key(word), word)

    def choices(self, row: IncidentRow) -> dict[str, str]:
        """Category, severity and kind of customer of a row."""
        return {each: self.option(each, row.words[each]) if each in row.words else "" for each in CHOSEN}

    def hands(self, row: IncidentRow) -> Hands:
        """Who works on a row. Refuses a name that several bear, and a number of another vendor's."""
        return self._hands_of(row)[0]

    def settle(self, row: IncidentRow) -> tuple[dict[str, str], Hands]:
        """The choices and hands of a row that is to be stored. Refuses words that are neither known nor accepted."""
        chosen = self.choices(row)
        strange = [
            each for each, name in chosen.items() if name and word_key(name) not in self.options[each]
        ]  # fmt: skip
        hands, strangers = self._hands_of(row)
        for each in (*strange, *strangers):
            self.unknown[each][row.words[each]] += 1
        refused = [each for each in (*strange, *strangers) if not self.accepts(each, row.words[each])]
        if refused:
            said = "、".join(f"{TITLES[each]}“{row.words[each]}”" for each in refused)
            raise Refusal(f"系统里没有{said}。请先登记，或在对照里归为已有的，或按原文接受新值。", field=refused[0])
        for each in strange:
            word = chosen[each]
            chosen[each] = self.wanted[each].setdefault(word_key(word), word)
        return chosen, hands

    def accepts(self, each: str, word: str) -> bool:
        """Whether a word that the site does not know is taken over as it is."""
        return self.create or word_key(word) in self.accepted.get(each, ())

    def _hands_of(self, row: IncidentRow) -> tuple[Hands, tuple[str, ...]]:
        """Who works on a row, and which of its two words is of nobody we know."""
        vendor, person = row.words.get("vendor", ""), row.words.get("person", "")
        key = (vendor, person, row.times.reported_at.date())
        if key not in self._hands:
            self._hands[key] = self._found(*key)
        return self._hands[key]

    def _found(self, vendor: str, person: str, day: date) -> tuple[Hands, tuple[str, ...]]:
        vendor_id = self.vendors.get(_solid(vendor))
        written = vendor if vendor_id is None else ""
        strange = ("vendor",) if written else ()
        if not person:
            return Hands(vendor_id, written), strange
        known = self._person(vendor, vendor_id, person, day)
        if known is None:
            return Hands(vendor_id, written, None, person), (*strange, "person")
        return Hands(known.vendor_id, written, known.id), strange

    def _person(self, vendor: str, vendor_id: int | None, person: str, day: date) -> Person | None:
        """By 工号, then by a name that one alone bears, within the vendor if one is given."""
        numbered = self._numbered.get(_solid(person))
        if numbered is not None:
            if vendor_id not in {None, numbered.vendor_id}:
                raise Refusal(
                    f"工号 {numbered.staff_no} 是{numbered.vendor}的{numbered.name}，"
                    f"这一行写的单位是{vendor}。请核对。",
                    field="person",
                )
            return numbered
        same = self._named.get(_solid(person), [])
        if vendor:
            same = [each for each in same if each.vendor_id == vendor_id]
        here = [each for each in same if each.on_site(day)] or same
        if len(here) > 1:
            raise Refusal(f"叫{person}的有 {len(here)} 人。请在处理人一列写工号。", field="person")
        return here[0] if here else None

    def notes(self) -> Iterator[str]:
        """What the site does not know, value by value, and what became of it."""
        for each, words in self.unknown.items():
            told = "、".join(f"“{word}”（{count:,} 行）" for word, count in words.most_common(MOST_TOLD))
            more = "等" if len(words) > MOST_TOLD else ""
            taken = all(self.accepts(each, word) for word in words)
            became = ("按新选项加入。" if each in CHOSEN else "按原文保留。") if taken else HOW_TO_GO_ON
            yield f"系统里没有的{TITLES[each]}有 {len(words):,} 个：{told}{more}。{became}"


def load(connection: Connection, mapping: ColumnMap, *, create: bool) -> Names:
    """The names of the site as they are now."""
    vendors: dict[str, int] = {}
    for row in connection.execute(select(Vendor.id, Vendor.name, Vendor.short_name, Vendor.code).order_by(Vendor.id)):
        for written in (row.code, row.short_name, row.name):
            vendors.setdefault(_solid(written), row.id)
    return Names(
        options={
            each: {word_key(name): name for name in incident_options.names(connection, what)}
            for each, what in CHOSEN.items()
        },
        vendors=vendors,
        people=duties.people(connection),
        create=create or mapping.create,
        accepted={each: frozenset(map(word_key, words)) for each, words in mapping.accepted.items()},
    )


def add_options(tx: Transaction, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Make words of the file choices of the site, after those that it has."""
    for each, words in wanted.items():
        what = CHOSEN[each]
        place = len(incident_options.names(tx.connection, what))
        hours = ALL_HOURS if what is What.CATEGORY else ""
        tx.insert_many(IncidentOption, _options(str(what), words.values(), place, hours))


def _options(what: str, names: Iterable[str], place: int, hours: str) -> Iterator[dict[str, str | int]]:
    for n, name in enumerate(names, place + 1):
        yield {"what": what, "name": name, "place": n, "hours": hours}


def _solid(text: str) -> str:
    return "".join(word_key(text).split())
