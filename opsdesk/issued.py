"""Every paper that can be made anew, and what the record says today of one that was issued."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from opsdesk import closing_records, personal_extract
from opsdesk.exports import making, seal, seal_differences
from opsdesk.exports.document import Document, Origin
from opsdesk.exports.making import Maker
from opsdesk.imports import sealed_file
from opsdesk.registers.appraisal import bundle, letters
from opsdesk.registers.appraisal import documents as appraisal
from opsdesk.registers.asset import documents as asset
from opsdesk.registers.backup_notice import documents as backup_notice
from opsdesk.registers.change_request import documents as change_request
from opsdesk.registers.cleaning import documents as cleaning
from opsdesk.registers.comp_time import documents as comp_time
from opsdesk.registers.correction import documents as correction
from opsdesk.registers.equipment_move import documents as equipment_move
from opsdesk.registers.incident import documents as incident
from opsdesk.registers.inspection import documents as inspection
from opsdesk.registers.leave import documents as leave
from opsdesk.registers.loan import documents as loan
from opsdesk.registers.media_check import documents as media_check
from opsdesk.registers.month import documents as month
from opsdesk.registers.off_hours import documents as off_hours
from opsdesk.registers.open_close import documents as open_close
from opsdesk.registers.overtime import documents as overtime
from opsdesk.registers.permit import documents as permit
from opsdesk.registers.reading import documents as reading
from opsdesk.registers.report import documents as report
from opsdesk.registers.restore_drill import documents as restore_drill
from opsdesk.registers.roster import documents as roster
from opsdesk.registers.sign_in import documents as sign_in
from opsdesk.registers.visit import documents as visit
from opsdesk.services import seal_code, seals
from opsdesk.services.context import Context
from opsdesk.services.errors import UNSOUND, Refusal
from opsdesk.services.seals import Checked, Difference, Finding, Issue

Again = Callable[[Origin], Sequence[Document]]

PAPERS: tuple[Maker[Any, Any], ...] = (
    sign_in.daily_sheet,
    sign_in.monthly_sheet,
    incident.record,
    incident.case_report,
    incident.day_list,
    incident.month_statistics,
    visit.day,
    visit.month,
    visit.quarter,
    permit.permit,
    off_hours.slip,
    inspection.day_sheet,
    reading.month,
    cleaning.half_year,
    open_close.month,
    media_check.month_sheet,
    change_request.request,
    backup_notice.notice,
    asset.ledger,
    asset.issues,
    loan.copies,
    loan.register,
    equipment_move.exit_pass,
    equipment_move.month_sheet,
    leave.slip,
    roster.month_sheet,
    roster.holiday_sheet,
    correction.slip,
    overtime.slip,
    comp_time.statement,
    month.month_sheets,
    month.vendor_workbook,
    report.paper,
    appraisal.of_sheet,
    appraisal.details_of,
    letters.feedback_slip,
    letters.vendor_letter,
    bundle.kept_summary,
    bundle.kept_pictures,
    closing_records.latest,
    closing_records.corrections,
    restore_drill.record,
    personal_extract.of_staff,
    personal_extract.of_visitor,
)
"""Every paper that the record can make anew."""
MAKERS = {each.kind: each for each in PAPERS}
TOUCHED = "这个文件写出以后被改动或另存过，里面写的不作数。请从系统重新导出，或对照原件。"
ONLY_THE_FILE = "今日的记录与签发时的表一字不差，改动的只是文件。"
WRONG = (
    "校验码有输错的地方：末位是核对用的，与前面的对不上。请对照纸面再输一遍；照着纸面输的仍是这样，就不是本系统签发的。"
)
NO_CODE = "校验码是 16 位数字和字母，印在表的右下角。请扫描二维码，或者输入完整的校验码。"
NO_CODE_IN_FILE = "这个文件里没有校验码，不是本系统签发的，或者被别的程序另存过。请改为输入表右下角的校验码。"
MOMENT = "这张表记的是签发时的情况，不能用今日的记录重做；签发的登记可以查到。"
FORGOTTEN = "表上的访客信息已经到期清除，不能再逐字核对；签发的登记可以查到。"
STRANGE = f"签发的登记与校验码对不上：{UNSOUND}。请在这一页点“核对全部数据”。"
HIDDEN = "签发后记录有变动；这张表由主管看，改在哪里请主管来校验。"
FORGED = "二维码里的内容与签发时的不一样：二维码被改过，不要相信这张表。"
_QR_END = re.compile(r" ([0-9A-F]{12}) (\d+)-([0-9A-F]{12})$")


def check(ctx: Context, text: str) -> Checked:
    """What is known of the form whose code was typed, or whose QR code was scanned. Refuses what is no code."""
    return _check(ctx, text, partial(_again, ctx))


def anew(ctx: Context, code: str) -> tuple[Document, ...]:
    """The form that was issued under this code as the record makes it today, for whoever is at the desk.

    Refuses where there is none, or what cannot be made anew.
    """
    issue = seals.find(ctx, code)
    origin = making.origin_of_text(issue.origin) if issue is not None and issue.salt else None
    if issue is None or origin is None or origin.kind not in MAKERS:
        raise Refusal("这张表不能按今日的记录重做，只能查到签发的登记。请与存档的原件核对。")
    own = replace(origin, at=ctx.now(), role=str(ctx.actor.role))
    return tuple(replace(each, origin=own) for each in _of_number(_again(ctx, own), issue))


def check_file(ctx: Context, path: Path) -> list[Checked]:
    """The same of every form that a PDF or xlsx holds, and whether the file is as it was written.

    What stands in a file that was touched is not looked at: it may say anything, under whatever code.
    """
    found = sealed_file.read(path)
    if not found.codes:
        raise Refusal(NO_CODE_IN_FILE, field="code")
    written = seals.written_as(ctx, found.sha256)
    said = f"文件与 {written}写出的一样，没有改动过。" if written else "文件不是写出时的原样：写出以后被改动或另存过。"
    again = cache(partial(_again, ctx))  # sheets of one workbook are made together
    every = [replace(_check(ctx, code, again), file=said) for code in found.codes]
    return every if written else [_touched(each) for each in every]


def _touched(each: Checked) -> Checked:
    """Of a form that was issued the file comes first; what is known of the record follows."""
    if each.finding not in {Finding.SAME, Finding.CHANGED, Finding.UNMADE}:
        return each
    known = ONLY_THE_FILE if each.finding is Finding.SAME else each.sentence
    return replace(each, finding=Finding.TOUCHED, sentence=f"{TOUCHED}{known}")


def _check(ctx: Context, text: str, again: Again) -> Checked:
    code = seal_code.read(text)
    if not code:
        raise Refusal(NO_CODE, field="code")
    if not seal_code.holds(code):
        return Checked(code, Finding.MISTYPED, WRONG)
    scanned = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    issue, qr_end = seals.find(ctx, code), _QR_END.search(scanned)
    if issue is None:
        since = seals.since(ctx, int(qr_end[2]), qr_end[3]) if qr_end else None
        return Checked(code, Finding.UNKNOWN, f"没有签发过校验码是 {code} 的表，这张表不是本系统的原件。", since=since)
    made = (issue.code, issue.form, issue.number, issue.content, issue.seq, issue.head)
    if qr_end and not scanned.endswith(seal.qr_words(*made)):
        return Checked(code, Finding.ALTERED, FORGED, issue)
    since = seals.since(ctx, issue.seq, issue.head)
    if not issue.genuine:
        return Checked(code, Finding.ALTERED, STRANGE, issue, since=since)
    origin = making.origin_of_text(issue.origin)
    return replace(_compared(ctx, issue, origin, again), since=since, history=_history(ctx, issue, origin))


def _again(ctx: Context, origin: Origin) -> Sequence[Document]:
    return MAKERS[origin.kind].again(ctx, origin)


def _history(ctx: Context, issue: Issue, origin: Origin | None) -> tuple[str, ...]:
    """Who changed since the record of which the form is."""
    maker = MAKERS.get(origin.kind) if origin is not None else None
    if maker is None or origin is None or not maker.of:
        return ()
    return seals.changes(ctx, maker.of, int(str(origin.arguments[0][1])), issue.seq)


def _compared(ctx: Context, issue: Issue, origin: Origin | None, again: Again) -> Checked:
    if not issue.salt:
        return Checked(issue.code, Finding.UNMADE, FORGOTTEN, issue)
    if origin is None or origin.kind not in MAKERS:
        return Checked(issue.code, Finding.UNMADE, MOMENT, issue)
    try:
        made = _of_number(again(origin), issue)
    except Refusal as refusal:
        return Checked(issue.code, Finding.CHANGED, f"今日的记录做不出这张表：{refusal}", issue)
    if any(seal.content_hash(seal.lines(each), issue.salt) == issue.content for each in made):
        return Checked(issue.code, Finding.SAME, "这张表与今日的记录一字不差。", issue)
    if not made:
        return Checked(issue.code, Finding.CHANGED, "今日的记录里已没有这一张表。", issue)
    try:
        seen = _of_number(again(replace(origin, role=str(ctx.actor.role))), issue)
    except Refusal:
        return Checked(issue.code, Finding.CHANGED, HIDDEN, issue)
    found = min((_differences(issue, each, shown) for each, shown in zip(made, seen, strict=True)), key=len)
    if not found:
        return Checked(issue.code, Finding.CHANGED, "签发后记录有变动，但指不出在表的哪一处。", issue)
    said = f"签发后记录有变动：表上有 {len(found)} 处与今日的记录不同。"
    return Checked(issue.code, Finding.CHANGED, said, issue, tuple(found))


def _of_number(made: Sequence[Document], issue: Issue) -> Sequence[Document]:
    """Of what is made together the sheets with the number that was issued; all where none has it any more."""
    return [each for each in made if (each.code, each.number) == (issue.form, issue.number)] or made


def _differences(issue: Issue, made: Document, shown: Document) -> list[Difference]:
    return seal_differences.differences(issue.digests, issue.salt, seal.lines(made), seal.lines(shown))
