"""One row of a foreign incident register as a record: its words in our terms, its times checked for their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import NamedTuple

from opsdesk.imports.columns import bare_name, formula_error
from opsdesk.imports.day_order import Dates, Moment
from opsdesk.imports.incident_columns import (
    CANCELLED,
    ENDED,
    KIND_WORDS,
    LONG,
    LONGEST,
    MOMENTS,
    NO,
    RATING_WORDS,
    SOURCE_WORDS,
    TIME_OF,
    TITLES,
    YES,
    missing,
    word_key,
)
from opsdesk.imports.lines import DAMAGED
from opsdesk.imports.table import Row
from opsdesk.imports.when import parse_time
from opsdesk.rules.vocabulary import IncidentKind
from opsdesk.services.errors import Finding
from opsdesk.services.text import one_line, without_phones

UNTITLED = "(无标题)"
LONGEST_TITLE = 120
MOST_REOPENED = 999
SPOILT = "这一行夹有损坏的字节，内容不可信。请重新导出，或手工补录这一行。"
HOW_TO_WRITE = "请写成 2026-03-05 08:30，或在对照列里说明日期格式。"
LAST_SECOND = time(23, 59, 59)
MOST_PLACES = 30
"""As many rows are named in one note."""
IN_ORDER = ("reported_at", "accepted_at", "responded_at", "resolved_at", "closed_at")
"""Times that can only follow one another; two of them may be the same."""
NEEDS_TIME = ("accepted_at", "responded_at", "arrived_at")
"""Times of which the day alone is worth nothing: a clock begins or ends with them."""


class Times(NamedTuple):
    """The times of a record; None is a time that is not known."""

    reported_at: datetime
    accepted_at: datetime | None = None
    responded_at: datetime | None = None
    arrived_at: datetime | None = None
    due_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One record of a file. `words` holds what was filled in, by field, in our terms where there is a term.

    `closed_day`: it was closed at an unknown time of that day. `updated_at` says which of several rows is the latest.
    `sheet` is named where the file has several.
    """

    row: int
    number: str
    times: Times
    words: Mapping[str, str]
    urgent: bool = False
    reopened: int = 0
    closed_day: bool = False
    updated_at: datetime | None = None
    sheet: str = ""

    @property
    def place(self) -> str:
        """Where the row stands, as it is said."""
        return f"工作表“{self.sheet}”第 {self.row} 行" if self.sheet else f"第 {self.row} 行"

    @property
    def cancelled(self) -> bool:
        """Whether the record does not count."""
        return word_key(self.words.get("state", "")) in CANCELLED

    @property
    def ended(self) -> bool:
        """Whether nobody works on it any more, by its times or by the word for its state."""
        known = self.times.resolved_at is not None or self.times.closed_at is not None
        return known or word_key(self.words.get("state", "")) in ENDED

    def same(self, other: IncidentRow) -> bool:
        """Whether the other row says the same."""
        mine = (self.times, self.words, self.urgent, self.reopened)
        return mine == (other.times, other.words, other.urgent, other.reopened)


class _Wrong(Exception):
    """What is wrong with the row, and in which field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass
class RowReader:
    """Reads the rows of one file: where its fields stand, how its dates are written, its words in ours (by their key).

    `strict` refuses a row that is longer than the heading `width`: its columns have slipped. `strange` counts words
    that have to be one of ours and are not, by field.
    """

    places: Mapping[str, int]
    headings: Mapping[str, str]
    width: int
    dates: Dates
    values: Mapping[str, Mapping[str, str]]
    strict: bool

    def __post_init__(self) -> None:
        self.day_only: dict[str, list[str]] = defaultdict(list)
        self.strange: dict[str, Counter[str]] = {"kind": Counter(), "urgent": Counter()}

    def row(self, row: Row, sheet: str = "") -> IncidentRow | Finding:
        """The record, or the first thing wrong with the row."""
        if row.fault:
            said = SPOILT if row.fault == DAMAGED else row.fault
            return Finding(row.number, located(sheet, said), "", " ".join(row.cells)[:80])
        if self.strict and len(row.cells) > self.width:
            more = len(row.cells) - self.width
            return Finding(row.number, f"这一行比表头多 {more} 列，列可能错位了。文字里的逗号要用引号括起来。", "", "")
        try:
            return self._read(row, sheet)
        except _Wrong as wrong:
            place = self.places.get(wrong.field)
            said = row.cell(place)[:80] if place is not None else ""
            if wrong.field in self.strange:
                self.strange[wrong.field][one_line(said)] += 1
            return Finding(row.number, located(sheet, str(wrong)), self.headings.get(wrong.field, ""), said)

    def notes(self) -> Iterator[str]:
        """What has to be said of the file as a whole."""
        for each, places in self.day_only.items():
            named = "、".join(places[:MOST_PLACES]) + ("等" if len(places) > MOST_PLACES else "")
            follows = "用时不从它算起" if each == "reported_at" else "这个时间按不知道处理"
            yield f"{TITLES[each]}有 {len(places):,} 行只有日期，没有时刻（第 {named} 行），{follows}。"

    def _read(self, row: Row, sheet: str) -> IncidentRow:
        texts = {each: text for each, place in self.places.items() if (text := self._text(each, row.cell(place)))}
        number = "".join(texts.get("number", "").split())
        if not number:
            raise _Wrong("number", "编号是空的。请补上。")
        moments = {each: self._moment(each, texts[each]) for each in MOMENTS if each in texts}
        for each, moment in TIME_OF.items():
            if each in texts and moment in moments:
                moments[moment] = self._joined(each, texts[each], moments[moment])
        if "reported_at" not in moments:
            raise _Wrong("reported_at", "报告时间是空的。请补上。")
        _check_order(moments)
        times, closed_day = self._times(moments, f"{sheet} {row.number}".strip())
        updated = self.dates.read(texts["updated_at"]) if "updated_at" in texts else None
        return IncidentRow(
            row=row.number,
            number=number,
            times=times,
            words=_words(texts),
            urgent=_urgent(texts.get("urgent", "")),
            reopened=_reopened(texts.get("reopened", "")),
            closed_day=closed_day,
            updated_at=updated.at if updated else None,
            sheet=sheet,
        )

    def _text(self, each: str, text: str) -> str:
        """What a cell says in our words, "" where nothing is known. Refuses what no field can hold."""
        if each in self.values:
            text = self.values[each].get(word_key(text), text)
        if missing(text):
            return ""
        if text[0] == "#" and formula_error(text):
            raise _Wrong(each, f"{TITLES[each]}的单元格里是公式错误“{text}”，不是内容。请改成真实的值。")
        if "\ufffd" in text:
            raise _Wrong(each, f"{TITLES[each]}里有认不出的字，可能是文件损坏或编码不对。请重新导出，或改正这一格。")
        longest = LONGEST.get(each, 50)
        if len(text) > longest:
            raise _Wrong(each, f"{TITLES[each]}有 {len(text):,} 个字，最多 {longest:,} 个。请改短，或检查列是否对齐。")
        return text

    def _moment(self, each: str, text: str) -> Moment:
        moment = self.dates.read(text)
        if moment is None:
            raise _Wrong(each, f"{TITLES[each]}“{text[:40]}”认不出来。{HOW_TO_WRITE}")
        return moment

    def _joined(self, each: str, text: str, moment: Moment) -> Moment:
        """A day with the time that stands in a column of its own; a moment that has its time keeps it."""
        if not moment.day_only and moment.at.time() != time():
            return moment
        at = parse_time(text)
        if at is None:
            raise _Wrong(each, f"{TITLES[each]}“{text[:40]}”认不出来。请写成 8:30。")
        return Moment(datetime.combine(moment.at, at))

    def _times(self, moments: Mapping[str, Moment], place: str) -> tuple[Times, bool]:
        """The times as they are kept, and whether the record was closed at an unknown time of a day.

        A day without a time begins the record, ends it, or limits it; where a clock would hang on it, it is not known.
        What was solved after a beginning whose time nobody knows has only ended: how long it took cannot be said.
        """
        kept = {each: moment.at for each, moment in moments.items() if not moment.day_only}
        days = {each: moment.at for each, moment in moments.items() if moment.day_only}
        if "reported_at" in days:
            if "responded_at" in kept and "accepted_at" not in kept:
                raise _Wrong(
                    "reported_at",
                    "报告时间只有日期，没有时刻，响应用了多久算不出来。请补上时刻或接到时间，或不导入响应时间这一列。",
                )
            kept["reported_at"] = days["reported_at"]
            if "resolved_at" in kept and "accepted_at" not in kept:
                solved = kept.pop("resolved_at")
                if "closed_at" not in moments:
                    kept["closed_at"] = solved
        if "due_at" in days:
            kept["due_at"] = datetime.combine(days["due_at"], LAST_SECOND)
        for each in ("reported_at", *NEEDS_TIME, "resolved_at"):
            if each in days:
                self.day_only[each].append(place)
        ended = days.get("closed_at") or ("closed_at" not in kept and days.get("resolved_at")) or None
        if ended is not None:
            kept["closed_at"] = datetime.combine(ended, LAST_SECOND)
        return Times(**kept), ended is not None


def located(sheet: str, reason: str) -> str:
    """A reason with the sheet that its row stands in, where a file has several."""
    return f"工作表“{sheet}”：{reason}" if sheet else reason


def _check_order(moments: Mapping[str, Moment]) -> None:
    """Refuse times that cannot have followed one another; a day without a time may be any time of that day."""
    before: str | None = None
    for each in IN_ORDER:
        if each in moments:
            if before is not None:
                _refuse_earlier(moments, each, before)
            if before is None or moments[each].at >= moments[before].at:
                before = each
    begins = "accepted_at" if "accepted_at" in moments else "reported_at"
    for each in ("arrived_at", "due_at"):
        if each in moments:
            _refuse_earlier(moments, each, begins)


def _refuse_earlier(moments: Mapping[str, Moment], later: str, earlier: str) -> None:
    one, other = moments[later], moments[earlier]
    last = datetime.combine(one.at, LAST_SECOND) if one.day_only else one.at
    if last < other.at:
        raise _Wrong(later, f"{TITLES[later]} {shown(one)} 早于{TITLES[earlier]} {shown(other)}，不可能。请核对。")


def shown(moment: Moment) -> str:
    """A moment as it is said in a sentence."""
    return f"{moment.at:%Y-%m-%d}" if moment.day_only else f"{moment.at:%Y-%m-%d %H:%M:%S}"


def _words(texts: Mapping[str, str]) -> dict[str, str]:
    """What was filled in besides times and figures; a title too long for a list is shortened, and kept whole below."""
    words = {
        each: text if each in LONG else one_line(text)
        for each, text in texts.items()
        if each not in {*MOMENTS, *TIME_OF, "number", "urgent", "reopened", "updated_at"}
    }
    if "kind" in words:
        kind = KIND_WORDS.get(word_key(words["kind"]))
        if kind is None:
            known = "、".join(IncidentKind)
            raise _Wrong("kind", f"单据类型“{words['kind']}”认不出来。请用{known}，或在对照里说明它是哪一种。")
        words["kind"] = str(kind)
    for each, known_words in (("source", SOURCE_WORDS), ("rating", RATING_WORDS)):
        if each in words:
            words[each] = known_words.get(word_key(words[each]), words[each])
    if "person" in words:
        words["person"] = bare_name(words["person"])
    if "reporter_phone" in words:
        words["reporter_phone"] = "".join(words["reporter_phone"].split())
    title, phones = without_phones(words.get("title") or one_line(words.get("symptom", "").split("\n")[0]))
    if phones:
        known = words.get("reporter_phone", "")
        words["reporter_phone"] = "、".join([*filter(None, [known]), *(each for each in phones if each not in known)])
    title = title or words.get("category") or UNTITLED
    if len(title) > LONGEST_TITLE:
        if "title" in words:
            words["symptom"] = "\n".join(text for text in (title, words.get("symptom")) if text)
        title = f"{title[: LONGEST_TITLE - 1]}…"
    words["title"] = title
    return words


def _urgent(text: str) -> bool:
    word = word_key(text)
    if word and word not in YES and word not in NO:
        raise _Wrong("urgent", f"紧急“{one_line(text)[:40]}”认不出来。请写是或否，或在对照里说明。")
    return word in YES


def _reopened(text: str) -> int:
    if not text:
        return 0
    whole = text.strip().removesuffix(".0")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 6 and int(whole) <= MOST_REOPENED):
        raise _Wrong("reopened", f"重开次数“{one_line(text)[:40]}”不是 0 到 {MOST_REOPENED} 的整数。请核对。")
    return int(whole)
