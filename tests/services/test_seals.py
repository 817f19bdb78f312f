"""A form that left the program is exactly what the record holds, or changed since, or was never issued."""

from __future__ import annotations

import io
import random
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import a_site
import machine_room
import pytest
import team
from machine_room import act
from sqlalchemy import select
from team import Team, go_to

from opsdesk import bootstrap, issued
from opsdesk.catalog import by_slug
from opsdesk.exports import issuing, seal
from opsdesk.exports.document import Column, Document, FormCell, FormGrid, Origin, Table
from opsdesk.models import PersonalValue, PrintedPaper, Seal
from opsdesk.registers.open_close import documents as open_close
from opsdesk.registers.permit.documents import permit
from opsdesk.registers.sign_in import documents as sign_in
from opsdesk.registers.sign_in import service as signing
from opsdesk.registers.visit import documents as visit
from opsdesk.rules.vocabulary import Role
from opsdesk.services import privacy, seal_code, seals
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.seals import Checked, Finding

DAY = date(2026, 3, 5)
ALTERED = 3000
"""So many codes are altered here; `benchmarks/seals.py` alters a hundred thousand (P12)."""


@pytest.fixture
def crew(site: Context) -> Team:
    return team.build(site)


def out(ctx: Context, made: Document) -> Document:
    return issuing.issue(ctx, [made]).value[0]


def check(ctx: Context, form: Document) -> Checked:
    return issued.check(ctx, form.seal)


def plain(number: str = "MC-1", **changes: Any) -> Document:
    table = Table((Column("姓名", 1),), (("王强",), ("李敏",)))
    made = Document("OD-X", "A/0", "名册", number, "名册", "名册", "示例市信息中心", (table,))
    return replace(made, **changes)


def as_reader(ctx: Context) -> Context:
    return ctx.acting_as(Actor("看看", Role.READER))


def behind_the_program(ctx: Context, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(bootstrap.database(ctx.home))) as database:
        database.execute(statement, values)
        database.commit()


def whole(ctx: Context) -> list[str]:
    with ctx.read() as connection:
        return bootstrap.verify(connection)


class TestFound:
    def test_what_the_record_still_holds_is_said_to_be_so(self, site: Context, crew: Team) -> None:
        signing.sign(site, staff_id=crew["1001"])
        made = sign_in.daily_sheet(site, DAY)
        go_to(site, "2026-03-05 08:05:00")
        form = out(site, made)
        found = check(site, form)
        assert (found.finding, found.sentence) == (Finding.SAME, "这张表与今日的记录一字不差。")
        assert found.differences == ()
        kept = found.issue
        assert kept is not None
        assert (kept.code, kept.form, kept.number, kept.title) == (found.code, "OD-F01", "DG-20260305", "到岗记录")
        assert (kept.period, kept.issued_by) == ("2026年3月5日 周四（工作日）", "主管")
        assert kept.issued_at == datetime(2026, 3, 5, 8, 5)
        assert made.trace.startswith(f"{kept.seq}·")
        assert found.since is not None
        assert found.since.holds
        assert (
            found.since.sentence
            == f"表上印的链首（第 {kept.seq} 条）仍在审计链里，此后全站又有 0 条改动（打印和签发不算）。"
        )
        assert whole(site) == []

    def test_time_alone_changes_nothing(self, site: Context, crew: Team) -> None:
        form = out(site, sign_in.daily_sheet(site, DAY))
        go_to(site, "2026-05-09 12:00:00")
        assert check(site, form).finding is Finding.SAME

    def test_a_later_change_is_named_with_today_s_words(self, site: Context, crew: Team) -> None:
        form = out(site, sign_in.daily_sheet(site, DAY))
        go_to(site, "2026-03-05 08:41:00")
        signed = signing.sign(site, staff_id=crew["1002"]).value
        found = check(site, form)
        assert found.finding is Finding.CHANGED
        places = [each.sentence for each in found.differences]
        assert "第 2 行（李敏 2026-03-05） 到岗时间：今日记录为 08:41" in places
        assert all(each.startswith("第 2 行") for each in places)
        assert found.sentence == f"签发后记录有变动：表上有 {len(places)} 处与今日的记录不同。"
        assert found.since is not None
        assert not found.since.sentence.endswith("此后全站又有 0 条改动（打印和签发不算）。")
        signing.take_back(site, punch_id=signed.punch_id)
        assert check(site, form).finding is Finding.SAME, "the words are the same again"

    def test_columns_of_one_name_are_told_apart_by_their_group(self, site: Context) -> None:
        facts = {"office": "办公室", "day": DAY, "opened_at": datetime(2026, 3, 5, 7, 50), "opened_by": "王强"}
        save, load = by_slug("open_close").save, by_slug("open_close").load
        assert save is not None
        assert load is not None
        made = save(site, None, facts).value
        form = out(site, open_close.month(site, "办公室", DAY))
        go_to(site, "2026-03-05 17:30:00")
        changes = {"opened_at": datetime(2026, 3, 5, 7, 45), "closed_at": site.now(), "closed_by": "李敏"}
        save(site, made, {**load(site, made), **changes})
        places = {each.place.rpartition("）")[2].strip(): each.today for each in check(site, form).differences}
        assert places["开门 时间"] == "今日记录为 07:45"
        assert places["关门 时间"] == "今日记录为 17:30"
        assert places["关门 关门人"] == "今日记录为 李敏"

    def test_what_changed_between_making_and_issuing_is_a_change_since(self, site: Context, crew: Team) -> None:
        made = sign_in.daily_sheet(site, DAY)
        signing.sign(site, staff_id=crew["1001"])
        found = check(site, out(site, made))
        assert found.finding is Finding.CHANGED
        assert found.issue is not None
        assert made.trace.startswith(f"{found.issue.seq}·"), "the head printed is the one at which it was read"

    def test_a_name_of_the_site_is_a_place_too(self, site: Context, crew: Team) -> None:
        form = out(site, sign_in.daily_sheet(site, DAY))
        with site.transaction("改名") as tx:
            row = tx.connection.exec_driver_sql("SELECT id FROM setting WHERE name='site.name'").scalar_one()
            tx.update(bootstrap.Setting, row, value="新名市信息中心")
        assert [each.sentence for each in check(site, form).differences] == ["单位名称：今日记录为 新名市信息中心"]

    def test_each_issue_has_a_code_of_its_own_and_says_who(self, site: Context, crew: Team) -> None:
        made = sign_in.daily_sheet(site, DAY)
        first = out(site, made)
        go_to(site, "2026-03-05 09:30:00")
        second = out(as_reader(site), made)
        assert first.seal != second.seal
        kept = [check(site, each).issue for each in (first, second)]
        assert [(each.issued_by, each.issued_at.hour) for each in kept if each] == [("主管", 8), ("看看", 9)]

    def test_the_form_of_a_record_names_who_changed_it(self, site: Context) -> None:
        paper = machine_room.permit(site, machine_room.a_room(site))
        form = out(site, permit(site, paper))
        assert check(site, form).history == ()
        go_to(site, "2026-03-05 08:20:00")
        act(site, "permit", "approve", paper)
        found = check(site, form)
        assert found.finding is Finding.CHANGED
        assert found.history[0].startswith("2026-03-05 08:20 主管 ")

    def test_who_may_not_see_numbers_is_not_told_them(self, site: Context) -> None:
        room = machine_room.a_room(site)
        paper = machine_room.permit(site, room)
        form = out(site, permit(site, paper))
        masked = out(as_reader(site), permit(as_reader(site), paper))
        for ctx in (site, as_reader(site)):
            assert check(ctx, form).finding is Finding.SAME, "as it was made for its role"
            assert check(ctx, masked).finding is Finding.SAME
        with site.transaction("改电话") as tx:
            tx.update(bootstrap_model("permit"), paper, phone="13700009999")
        assert [each.today for each in check(site, form).differences] == ["今日记录为 13700009999"]
        assert [each.today for each in check(as_reader(site), form).differences] == ["今日记录为 137****9999"]

    def test_sheets_made_together_are_told_apart(self, site: Context, crew: Team, tmp_path: Path) -> None:
        copies = issued.month.vendor_workbook(site, 2026, 3, 1)
        sealed, (file,) = issuing.export(site, copies, tmp_path, ("xlsx",))
        assert len({each.seal for each in sealed}) == len(copies) > 3
        found = issued.check_file(site, file.path)
        assert [each.finding for each in found] == [Finding.SAME] * len(copies)
        signing.sign(site, staff_id=crew["1001"])
        after = issued.check_file(site, file.path)
        told = {each.code: each.finding for each in after}
        assert Finding.CHANGED in told.values()
        assert Finding.SAME in told.values(), "the sheet of clauses says what it said"


def bootstrap_model(table: str) -> Any:
    from opsdesk.models import Base

    return next(each.class_ for each in Base.registry.mappers if each.class_.__tablename__ == table)


class TestNotFound:
    def test_a_code_that_was_never_issued(self, site: Context) -> None:
        code = seal_code.made_of("somebody's own")
        found = issued.check(site, code.lower())
        assert (found.finding, found.issue, found.since) == (Finding.UNKNOWN, None, None)
        assert found.sentence == f"没有签发过校验码是 {code} 的表，这张表不是本系统的原件。"

    def test_a_wrong_sign_is_told_before_the_record_is_asked(self, site: Context) -> None:
        form = out(site, plain())
        code = seal.code_of(form)
        wrong = ("1" if code[0] != "1" else "2") + code[1:]
        assert issued.check(site, wrong).sentence == issued.WRONG

    @pytest.mark.parametrize("text", ["", "王强", "1234", "DG-20260305", "https://example.com/7K3M"])
    def test_what_is_no_code_is_refused_in_words(self, site: Context, text: str) -> None:
        with pytest.raises(Refusal, match="16 位") as refused:
            issued.check(site, text)
        assert refused.value.field == "code"

    def test_no_altered_code_is_taken(self, site: Context) -> None:
        """P12, short: whatever signs are exchanged in codes that were issued, none is found."""
        chance = random.Random(7)
        forms = [seal.code_of(out(site, plain(f"MC-{n}"))) for n in range(20)]
        for _ in range(ALTERED):
            signs = list(chance.choice(forms).replace("-", ""))
            for place in chance.sample(range(16), chance.randint(1, 16)):
                signs[place] = chance.choice(seal_code.ALPHABET)
            code = seal_code.grouped("".join(signs))
            assert code in forms or issued.check(site, code).finding in {Finding.UNKNOWN, Finding.MISTYPED}

    def test_a_form_of_a_moment_cannot_be_made_anew(self, site: Context) -> None:
        machine_room.a_room(site)
        found = check(site, out(site, visit.evacuation(site)))
        assert (found.finding, found.sentence) == (Finding.UNMADE, issued.MOMENT)
        assert found.issue is not None

    def test_a_form_whose_record_makes_none_any_more(self, site: Context) -> None:
        origin = Origin("incident.record", (("incident_id", 99),), site.now(), "主管")
        found = check(site, out(site, plain(origin=origin)))
        assert found.finding is Finding.CHANGED
        assert found.sentence.startswith("今日的记录做不出这张表：")

    def test_a_kind_of_another_program_version_is_said_to_be_none(self, site: Context) -> None:
        origin = Origin("no.longer", (), site.now(), "主管")
        assert check(site, out(site, plain(origin=origin))).finding is Finding.UNMADE


class TestWitness:
    @pytest.mark.parametrize("column", ["form", "number", "title", "period", "origin", "content", "salt", "head"])
    def test_a_row_altered_behind_the_program_no_longer_gives_its_code(self, site: Context, column: str) -> None:
        form = out(site, plain())
        behind_the_program(site, f"UPDATE seal SET {column} = {column} || 'x'")
        found = check(site, replace(form, seal=seal.code_of(form)))
        assert (found.finding, found.sentence) == (Finding.ALTERED, issued.STRANGE)
        assert whole(site) != []

    def test_a_history_written_anew_no_longer_holds_the_head(self, site: Context) -> None:
        form = out(site, plain())
        kept = check(site, form).issue
        assert kept is not None
        behind_the_program(site, "UPDATE ledger SET hash = ? WHERE seq = ?", "0" * 64, kept.seq)
        found = check(site, form)
        assert found.since is not None
        assert not found.since.holds
        assert "历史被改写过" in found.since.sentence

    def test_a_form_issued_after_the_backup_that_was_put_back(self, site: Context, tmp_path: Path) -> None:
        before = tmp_path / "before.db"
        shutil.copy2(bootstrap.database(site.home), before)
        out(site, plain("MC-1"))
        form = out(site, plain("MC-2"))
        a_site.close(site)
        shutil.copy2(before, bootstrap.database(site.home))
        found = check(site, form)
        assert (found.finding, found.issue) == (Finding.UNKNOWN, None)
        assert found.since is not None
        assert not found.since.holds, "what the QR code says of the chain is no more"
        assert issued.check(site, seal.code_of(form)).since is None, "the short code alone says nothing of it"

    def test_a_qr_code_put_together_from_two_forms(self, site: Context) -> None:
        form = out(site, plain())
        words = form.seal.split(" ")
        forged = " ".join([*words[:-2], "ABCDEFABCDEF", words[-1]])
        assert (issued.check(site, forged).finding, issued.check(site, forged).sentence) == (
            Finding.ALTERED, issued.FORGED,
        )  # fmt: skip
        assert issued.check(site, form.seal.lower() + "\r\n").finding is Finding.UNMADE, "the true one is known"

    def test_the_words_of_a_form_are_nowhere_in_its_row(self, site: Context, crew: Team) -> None:
        signing.sign(site, staff_id=crew["1001"])
        out(site, sign_in.daily_sheet(site, DAY))
        with site.read() as connection:
            row = connection.execute(select(Seal.__table__)).mappings().one()
        said = str(dict(row))
        assert not any(words in said for words in ("王强", "李敏", "华信", "网络运维"))

    def test_visitors_numbers_cannot_be_tried_once_they_are_cleared(self, site: Context, crew: Team) -> None:
        paper = machine_room.permit(site, machine_room.a_room(site))
        form, other = out(site, permit(site, paper)), out(site, sign_in.daily_sheet(site, DAY))
        go_to(site, "2026-09-04 12:00:00")
        assert "表单校验" not in privacy.look(site).sentence
        go_to(site, "2026-09-06 12:00:00")
        assert "表单校验 1 条" in privacy.look(site).sentence
        privacy.purge(site)
        assert "没有要清除" in privacy.look(site).sentence
        with site.read() as connection:
            salts = dict(tuple(row) for row in connection.execute(select(Seal.form, Seal.salt)))
            left = connection.execute(select(PersonalValue.value).where(PersonalValue.column == "salt")).scalars().all()
        assert salts["OD-F09"] is None
        assert left == [salts["OD-F01"]]
        assert (check(site, form).finding, check(site, form).sentence) == (Finding.UNMADE, issued.FORGOTTEN)
        assert check(site, other).finding is Finding.SAME
        assert whole(site) == []


class TestFile:
    def test_a_file_as_it_was_written_and_one_that_was_touched(self, site: Context, crew: Team, tmp_path: Path) -> None:
        _, kept = issuing.export(site, sign_in.daily_sheet(site, DAY), tmp_path)
        for file in kept:
            (found,) = issued.check_file(site, file.path)
            assert found.finding is Finding.SAME
            assert found.file == "文件与 2026-03-05 08:00 由主管写出的一样，没有改动过。"
        pdf, xlsx = (file.path for file in kept)
        pdf.write_bytes(pdf.read_bytes() + b"%")
        xlsx.write_bytes(altered(xlsx.read_bytes()))
        for path in (pdf, xlsx):
            (found,) = issued.check_file(site, path)
            assert (found.finding, found.sentence) == (Finding.TOUCHED, issued.TOUCHED + issued.ONLY_THE_FILE)
            assert found.file == "文件不是写出时的原样：写出以后被改动或另存过。"
        signing.sign(site, staff_id=crew["1002"])
        for path in (pdf, xlsx):
            (found,) = issued.check_file(site, path)
            assert found.finding is Finding.TOUCHED, "the file comes before what changed in the record"
            assert found.sentence.startswith(issued.TOUCHED + "签发后记录有变动：表上有")
            assert found.differences

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", b"%PDF-1.4\n/Keywords (holiday)\n"),
            ("b.pdf", b"%PDF-1.4"),
            ("c.xlsx", b"PK\x03\x04 torn"),
            ("d.txt", "王强".encode()),
            ("e.pdf", b"%PDF-1.4\n/Keywords (7K3M-9QXA)\n"),
        ],
    )
    def test_what_is_none_of_ours_is_refused(self, site: Context, tmp_path: Path, name: str, content: bytes) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refusal, match="没有校验码"):
            issued.check_file(site, tmp_path / name)

    def test_a_workbook_of_somebody_else_is_refused(self, site: Context, tmp_path: Path) -> None:
        import openpyxl

        openpyxl.Workbook().save(tmp_path / "a.xlsx")
        with pytest.raises(Refusal, match="没有校验码"):
            issued.check_file(site, tmp_path / "a.xlsx")

    def test_a_file_that_is_not_there_is_trouble(self, site: Context, tmp_path: Path) -> None:
        with pytest.raises(Trouble, match="找不到"):
            issued.check_file(site, tmp_path / "weg.pdf")

    def test_every_file_is_recorded_once_for_each_form(self, site: Context, tmp_path: Path) -> None:
        copies = [plain(facts=()), plain(), plain("MC-2", body=(FormGrid(((FormCell("姓名", "王强"),),)),))]
        sealed, kept = issuing.export(site, copies, tmp_path)
        with site.read() as connection:
            rows = connection.execute(select(PrintedPaper.number, PrintedPaper.format, PrintedPaper.sha256)).all()
            seals_kept = connection.execute(select(Seal.code).order_by(Seal.id)).scalars().all()
        assert [tuple(row) for row in rows] == [
            (number, file.path.suffix[1:], file.sha256) for file in kept for number in ("MC-1", "MC-2")
        ]
        assert seals_kept == [seal.code_of(each) for each in sealed]
        issuing.printed(site, sealed[:1], "ab" * 32)
        assert seals.written_as(site, "ab" * 32) == "2026-03-05 08:00 由主管"


def altered(content: bytes) -> bytes:
    """The same workbook with one cell changed, as somebody would who hides a lateness."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace("王强".encode(), "王弱".encode()) if "sharedStrings" in name else part)
    return made.getvalue()
