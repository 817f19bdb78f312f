"""The check of our own month against a report of 钉钉 or 企业微信: nothing changes, the chain notes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from opsdesk.imports.reports import read_report
from opsdesk.rules import hours
from opsdesk.rules.attendance import PairResult
from opsdesk.rules.calendar import days
from opsdesk.rules.facts import Span
from opsdesk.rules.halves import Half, halves
from opsdesk.rules.vocabulary import AT_WORK, Judgement, LeaveKind, Mark, State
from opsdesk.services import attendance, comparison, duties
from opsdesk.services.attendance import PersonDay
from opsdesk.services.comparison import NO_SIGN_IN, NO_SIGN_OUT, Difference, OwnDay, OwnLeave
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.duties import Plan
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.foreign_report import Kind, Report, Source
from opsdesk.services.text import one_line

SOURCES: dict[str, Source] = {"dingtalk": "钉钉", "wecom": "企业微信", "钉钉": "钉钉", "企业微信": "企业微信"}
"""What a caller may expect a file to be, in the words of the command line and of the window."""

_ENDS = {State.NO_SIGN_IN: NO_SIGN_IN, State.NO_SIGN_OUT: NO_SIGN_OUT}
_ATTENDED = frozenset({Mark.PRESENT, Mark.LATE, Mark.EARLY, Mark.OPEN})


@dataclass(frozen=True)
class CheckResult:
    """What the check came to: rows read, days and months of people compared, differences, and what was not read."""

    source: Source
    kind: Kind
    first: date
    last: date
    read: int
    compared: int
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]

    @property
    def period(self) -> str:
        """2026-03-01 至 2026-03-31."""
        return f"{self.first.isoformat()} 至 {self.last.isoformat()}"

    @property
    def sentence(self) -> str:
        """The result as one sentence."""
        said = f"{self.source}{self.kind}（{self.period}）读到 {self.read} 条，"
        if not self.compared:
            said += f"没有可以对照的：{self._why_nothing}"
            said += f"，{len(self.differences)} 处不一致" if self.differences else ""
        else:
            said += f"对照 {self.compared} 条，"
            said += f"{len(self.differences)} 处不一致" if self.differences else "没有不一致"
        return said + (f"，{len(self.findings)} 处没有对照。" if self.findings else "。")

    @property
    def _why_nothing(self) -> str:
        if not self.read:
            return "文件里没有记录"
        if any(not finding.row for finding in self.findings):
            return "统计期还没有过完"
        return "文件里的人和本系统对不上" if self.differences else "文件里的内容没有读懂"

    def as_json(self) -> dict[str, Any]:
        """The facts of `import dingtalk|wecom … --json`; days as 2026-03-05, None for figures of the whole period."""
        return {
            "source": self.source,
            "kind": self.kind,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "read": self.read,
            "compared": self.compared,
            "differences": [
                {**asdict(each), "day": each.day.isoformat() if each.day else None} for each in self.differences
            ],
            "rejected": [asdict(finding) for finding in self.findings],
        }


def check_report(ctx: Context, path: Path, *, source: str | None = None, dry_run: bool = False) -> CheckResult:
    """Compare a report with our own computation, day by day and in sums; only days that are over count.

    `source` is what the caller takes the file for (dingtalk, wecom): a file of the other program is refused. Unless
    `dry_run`, the chain notes which file was compared; it holds no names.
    """
    if not dry_run:
        ctx.require(*WRITERS)
    report = read_report(path)
    if source is not None and SOURCES[source] != report.source:
        raise Refusal(
            f"“{path.name}”是{report.source}的{report.kind}，不是{SOURCES[source]}的。请选择{report.source}再导入。",
            field="file",
        )
    with ctx.read() as connection:
        result = _compared(ctx, connection, report)
    if not dry_run:
        with ctx.transaction("考勤对照", one_line(path.name)) as tx:
            tx.event(
                "考勤对照",
                sha256=report.sha256,
                source=result.source,
                kind=result.kind,
                first=result.first,
                last=result.last,
                read=result.read,
                compared=result.compared,
                differences=len(result.differences),
                rejected=len(result.findings),
            )
    return result


def _compared(ctx: Context, connection: Connection, report: Report) -> CheckResult:
    over = min(report.last, ctx.today() - timedelta(days=1))
    own = _own_days(ctx, connection, report.first, over) if report.first <= over else []
    people = duties.people(connection)
    done = comparison.compare(report, people, own, whole=over == report.last)
    findings = report.findings
    if over < report.last:
        what = "月度数字没有对照，只对照已经过完的每一天" if report.months else "只对照已经过完的每一天"
        findings = (Finding(0, f"统计期到 {report.last.isoformat()} 还没有过完，{what}。"), *findings)
    return CheckResult(
        report.source, report.kind, report.first, report.last, report.rows_read, done.count, done.differences, findings
    )


def _own_days(ctx: Context, connection: Connection, first: date, last: date) -> list[OwnDay]:
    plan = duties.load(connection, ctx.regulations, first, last)
    laws = {day: ctx.law_on(day) for day in days(first, last)}
    found = attendance.read(connection, ctx.regulations, first, last, ctx.now(), plan=plan)
    return [_own(each, plan, hours.noon_of(laws[each.day], each.terms.hours), ctx) for each in found]


def _own(each: PersonDay, plan: Plan, noon: hours.Noon | None, ctx: Context) -> OwnDay:
    if each.duty is None:
        arrived, left = each.arrived_at, each.left_at
        return OwnDay(each.person.id, each.day, due=False, punched=bool(each.punches), arrived_at=arrived, left_at=left)
    away = [
        (absence.span, LeaveKind(absence.kind))
        for absence in plan.absences.get(each.person.id, ())
        if absence.span.begins < each.duty.ends and absence.span.ends > each.duty.begins
    ]
    parts = halves(each.duty, each.result, away, ctx.now())
    late = [pair.arrival_verdict for pair in each.result.pairs if pair.arrival_verdict]
    return OwnDay(
        staff_id=each.person.id,
        day=each.day,
        due=True,
        punched=bool(each.punches),
        arrived_at=each.arrived_at,
        left_at=each.left_at,
        attended_half_days=sum(_attended(half) for half in parts),
        late=tuple(verdict.minutes for verdict in late if verdict.minutes),
        absent=tuple(verdict.minutes for verdict in late if verdict.judgement is Judgement.ABSENT),
        early=tuple(_early(pair) for pair in each.result.pairs if _early(pair)),
        awol_half_days=sum(half.mark is Mark.AWOL for half in parts),
        missing=(_ENDS[each.result.state],) if each.result.state in _ENDS else (),
        leave=tuple(_leave(each, away, parts, kind, noon) for kind in dict.fromkeys(kind for _, kind in away)),
    )


def _attended(half: Half) -> bool:
    return half.mark in _ATTENDED or (half.leave is not None and half.leave in AT_WORK)


def _early(pair: PairResult) -> int:
    return pair.departure_verdict.minutes if pair.departure_verdict else 0


def _leave(
    each: PersonDay,
    away: list[tuple[Span, LeaveKind]],
    parts: tuple[Half, Half],
    kind: LeaveKind,
    noon: hours.Noon | None,
) -> OwnLeave:
    planned = each.duty.pairs if each.duty else ()
    taken = hours.common(planned, [span for span, each_kind in away if each_kind is kind])
    return OwnLeave(str(kind), sum(half.leave is kind for half in parts), hours.net_minutes(taken, noon))
