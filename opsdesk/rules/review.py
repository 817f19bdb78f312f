"""The course of an appraisal: 公示, the group, feedback, hand-in and filing.

Clauses: T4-01 (published before scoring), T4-02 (facts), T4-03a (feedback), T4-03b (hand-in), T4-04 (whom), T4-06 and
T4-07 (the group), T4-09 (once a month), T4-10 (the year), E8-05 and E8-10 (what is looked at, how often). What is
wanting is told in a clause of a sentence without its stop; empty where nothing is. A clause not in force asks nothing.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from opsdesk.rules.clause import Held, Law
from opsdesk.rules.scoring import ObjectKind, Opinion, PeriodKind, plain

HOUSE, ASPECTS = "T4", "E8"
"""Whose rules hold for the course of an appraisal, and whose for what it looks at."""
EVERY = {"month": PeriodKind.MONTH, "quarter": PeriodKind.QUARTER, "year": PeriodKind.YEAR}
"""The readings of appraisal.every (E8-10)."""
SEPARATED = re.compile(r"[、,，;；]+")
SECOND = timedelta(seconds=1)


def unpublished(published_on: date | None, day: date, law: Law) -> str:
    """What forbids scoring on `day` by a scheme that was published on `published_on`, a whole sentence (T4-01)."""
    held = law.part("review.published", HOUSE)
    if held is None or held.text("appraisal.publish_before_score") != "true":
        return ""
    short = held.cite().short
    if published_on is None:
        return f"考核方案还没有公示，公示后才可打分（{short}）。请先公示方案。"
    if day < published_on:
        return f"考核方案 {published_on.isoformat()} 才公示，公示后才可打分（{short}）。请到公示日再打分。"
    return ""


def without_facts(points: Decimal, full: Decimal, reason: str, law: Law) -> str:
    """What forbids less than full points without a reason (T4-02), a whole sentence."""
    held = law.part("review.facts", HOUSE)
    if held is None or points >= full or reason.strip():
        return ""
    return f"没有给满分，要写明扣分的事实依据（{held.cite().short}）。"


def outside(object_kind: ObjectKind, regulation: str, law: Law) -> str:
    """What speaks against appraising such an object by the regulation: T4 knows departments, teams and persons."""
    held = law.part("appraisal.scheme", HOUSE)
    if held is None or regulation != HOUSE or object_kind is not ObjectKind.VENDOR:
        return ""
    return f"{held.cite().short} 的考核对象是部门、班组和个人，外包单位请按 T1 考核"


def group_lacks(leader: str, members: Iterable[str], law: Law) -> list[str]:
    """What the group lacks: one leader (T4-06), members of so many kinds, each another person than he (T4-07)."""
    lacks = []
    named = listed(leader)
    if held := law.part("review.leader", HOUSE):
        wanted = held.number("appraisal.leaders")
        if len(named) != wanted:
            lacks.append(f"考核小组要有 {wanted} 名组长，现在有 {len(named)} 名（{held.cite().short}）")
    if held := law.part("review.members", HOUSE):
        wanted = held.number("appraisal.member_kinds")
        others = {name for each in members for name in listed(each)} - set(named)
        if len(others) < wanted:
            lacks.append(f"组员至少 {wanted} 类，至少要有 {wanted} 人，现在有 {len(others)} 人（{held.cite().short}）")
    return lacks


def listed(written: str) -> list[str]:
    """What a text names one after the other, each once: “态度、效率、质量”."""
    return list(dict.fromkeys(filter(None, (each.strip() for each in SEPARATED.split(written)))))


def aspects_lack(categories: Iterable[str], law: Law) -> str:
    """What a scheme by E8 does not look at (E8-05): an aspect that no category of its items names."""
    held = law.part("appraisal.scheme", ASPECTS)
    if held is None:
        return ""
    said = "、".join(categories)
    missing = [each for each in listed(held.text("appraisal.aspects")) if each not in said]
    return f"考核类别里没有{'、'.join(missing)}（{held.cite().short}）" if missing else ""


def rhythm_lack(kind: PeriodKind, law: Law) -> str:
    """What speaks against the period of a scheme by E8 (E8-10); projects and spot checks may come at any time."""
    held = law.part("review.every", ASPECTS)
    if held is None or kind not in EVERY.values():
        return ""
    wanted = EVERY[held.text("appraisal.every")]
    return "" if kind is wanted else f"考评周期是{held.word('appraisal.every')}，不是{kind}（{held.cite().short}）"


def month_lack(month: str, done: int, law: Law) -> str:
    """What is missing of the appraisals of a month that is over (T4-09)."""
    held = law.part("review.monthly", HOUSE)
    if held is None or done >= held.number("appraisal.monthly_times"):
        return ""
    wanted = held.number("appraisal.monthly_times")
    return f"{month} 应考核 {wanted} 次，现在有 {done} 次（{held.cite().short}）"


def weights_lack(months: Decimal, law: Law) -> str:
    """What speaks against the points that a year's scheme gives its months (T4-10)."""
    held = law.part("review.year", HOUSE)
    if held is None or months == (wanted := held.number("appraisal.month_weight")):
        return ""
    return f"各月得分占 {plain(months)} 分，条文是 {wanted}%（{held.cite().short}）"


def submit_due(last: date, held: Held) -> datetime:
    """The last second for handing in the results of a period that ends on `last` (T4-03b).

    That is the end of its last month, or of a day of the next month, whichever reading holds.
    """
    year, month = last.year, last.month
    day = 31
    if held.text("appraisal.submit_by") == "next_month":
        year, month, day = year + month // 12, month % 12 + 1, max(held.number("appraisal.submit_day"), 1)
    return datetime.combine(date(year, month, min(day, monthrange(year, month)[1])), time(23, 59, 59))


def submitted_late(last: date, at: datetime, law: Law) -> str:
    """A sentence where results of a period that ends on `last` were handed in late (T4-03b); empty in time."""
    held = law.part("review.hand_in", HOUSE)
    if held is None or at - (due := submit_due(last, held)) < SECOND:
        return ""
    return f"应在 {due:%Y-%m-%d} 24:00 前提交，{at:%Y-%m-%d %H:%M} 提交，逾期（{held.cite().short}）。"


def lacks_for_filing(
    *, talked: bool, opinion: str, signed: bool, witness: str, answered: bool, submitted: bool, law: Law
) -> list[str]:
    """What a sheet lacks before it may be filed (T4-03a): feedback, opinion, its day; a witness, an answer; hand-in.

    `signed` says that the day of the signature, or of the refusal to sign, is known.
    """
    lacks = []
    if held := law.part("review.feedback", HOUSE):
        if not talked:
            lacks.append("没有登记反馈时间")
        if not opinion:
            lacks.append("没有被考核人的意见")
        elif not signed:
            lacks.append("没有拒签的日期" if opinion == Opinion.REFUSED else "没有被考核人签字的日期")
        if opinion == Opinion.REFUSED:
            reading = held.word("appraisal.refused_sign")
            if held.text("appraisal.refused_sign") != "witness":
                lacks.append(f"本人拒签，采用口径是{reading}")
            elif not witness.strip():
                lacks.append(f"本人拒签，{reading}，还没有写明见证人")
        if opinion == Opinion.OBJECT and not answered:
            lacks.append("对申诉还没有答复")
    if not submitted and (held := law.part("review.hand_in", HOUSE)):
        lacks.append("还没有提交综合管理部")
    return lacks
