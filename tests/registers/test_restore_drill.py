"""恢复演练: the act, what it records, when the next is due, and its paper."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Any

import a_site
import pypdfium2
import pytest
from filled_site import as_role, load, run, whole

from opsdesk.catalog import by_slug
from opsdesk.exports.document import Document, FormGrid
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.register import Query
from opsdesk.registers.restore_drill import service
from opsdesk.rules.clause import Holding
from opsdesk.rules.vocabulary import Role
from opsdesk.services import backup, backup_second, restoring
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

NOW = a_site.NOW
PASSWORD = "门卫室的钥匙挂在左边"


def drill(ctx: Context, **values: Any) -> str:
    return run(ctx, "restore_drill", "drill", 0, **values)


def newest(ctx: Context) -> dict[str, Any]:
    return load(ctx, "restore_drill", by_slug("restore_drill").list(ctx, Query()).rows[0].id)


def paper(ctx: Context) -> Document:
    row = by_slug("restore_drill").list(ctx, Query()).rows[0]
    made = by_slug("restore_drill").papers[0].make(ctx, row.id)
    assert isinstance(made, Document)
    return made


class TestAct:
    def test_the_newest_is_restored_counted_and_recorded(self, site: Context) -> None:
        backup.make(site.home, datetime(2026, 3, 4, 17), "手动")
        made = backup.make(site.home, datetime(2026, 3, 5, 7, 30), "定时")
        said = drill(site, remarks="主管在场")
        assert said.startswith("HL-2026-0001 恢复演练通过：ops-20260305-073000-定时.db 可恢复 ✔ 审计链 ")
        row = newest(site)
        assert (row["number"], row["at"], row["made_at"]) == ("HL-2026-0001", NOW, datetime(2026, 3, 5, 7, 30))
        assert (row["backup"], row["sha256"]) == (made.path.name, made.sha256)
        assert (row["links"], row["rows"]) == (made.links, made.contents.rows)
        assert (row["result"], row["carried_out_by"], row["remarks"]) == ("通过", "主管", "主管在场")
        assert row["seconds"] == 1
        assert not list(site.home.glob(f"{restoring.TRIAL}*")), "the copy is removed"
        whole(site)

    def test_a_chosen_one_and_numbers_without_gaps(self, site: Context) -> None:
        old = backup.make(site.home, datetime(2026, 3, 4, 17), "手动")
        backup.make(site.home, datetime(2026, 3, 5, 7, 30), "定时")
        drill(site)
        drill(site, chosen=str(old.path))
        assert (newest(site)["number"], newest(site)["backup"]) == ("HL-2026-0002", old.path.name)

    def test_one_that_cannot_be_restored_is_recorded_too(self, site: Context) -> None:
        made = backup.make(site.home, NOW, "手动")
        made.path.write_bytes(made.path.read_bytes()[:9000])
        assert "未通过" in drill(site)
        row = newest(site)
        assert row["result"].startswith("未通过：文件与写成时的校验值不一致。")
        assert row["rows"] == 0
        assert service.due(site).last is None, "it counts for nothing"

    def test_what_does_not_hold_is_called_by_its_number(self, site: Context) -> None:
        drill_before = backup.make(site.home, NOW, "手动")
        drill(site)
        backup.discard(drill_before.path)
        made = backup.make(site.home, NOW + timedelta(minutes=1), "手动")
        for sql in ("UPDATE restore_drill SET rows=rows+1", "UPDATE setting SET value='别处' WHERE id=1"):
            with closing(sqlite3.connect(made.path)) as connection:
                connection.execute(sql)
                connection.commit()
        said = drill(site)
        number = by_slug("restore_drill").list(site, Query()).rows[-1].values["number"]
        assert f"恢复演练 {number} 与审计链第" in said + newest(site)["result"]
        assert "设置 站点名称 与审计链第" in newest(site)["result"]
        assert "数据损坏，或在程序之外改动过" in newest(site)["result"]
        assert not re.search(r"[a-z]{4}", newest(site)["result"]), "no name of the database"

    def test_without_a_backup_there_is_nothing_to_try(self, site: Context) -> None:
        with pytest.raises(Refusal, match="请先在“备份”页点“立即备份”") as refused:
            drill(site)
        assert refused.value.field == "chosen"
        made = backup.make(site.home, NOW, "手动")
        with pytest.raises(Refusal, match="已经不在了"):
            drill(site, chosen=str(made.path.with_name("ops-20200101-000000-手动.db")))
        with pytest.raises(Refusal, match="已经不在了"):
            drill(site, chosen="/etc/passwd")

    def test_a_locked_one_in_the_second_place_needs_its_password(
        self, site: Context, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        stick = tmp_path_factory.mktemp("stick")
        backup_second.choose(site, stick)
        backup_second.set_password(site, PASSWORD)
        made = backup_second.copy(site, "手动")
        assert [label for _, label in service.offered(site)] == [
            "最近的一份", "2026-03-05 08:00 手动，第二位置，加密",
        ]  # fmt: skip
        for password in ("", "猜一个"):
            with pytest.raises(Refusal) as refused:
                drill(site, chosen=str(made.path), password=password)
            assert refused.value.field == "password"
        assert by_slug("restore_drill").list(site, Query()).total == 0
        assert "通过" in drill(site, chosen=str(made.path), password=PASSWORD)
        assert PASSWORD not in "".join(map(str, newest(site).values()))

    def test_only_who_may_write_carries_one_out(self, site: Context) -> None:
        backup.make(site.home, NOW, "手动")
        assert "通过" in run(as_role(site, Role.DESK), "restore_drill", "drill", 0)
        with pytest.raises(Refusal, match="登录"):
            run(as_role(site, Role.READER), "restore_drill", "drill", 0)


class TestDue:
    def test_three_months_after_the_last_that_passed(self, site: Context) -> None:
        assert service.due(site).late(NOW.date())
        assert service.due(site).sentence(NOW.date()) == "还没有做过恢复演练。请选一份备份演练一次（E15 6.2）。"
        backup.make(site.home, NOW, "手动")
        drill(site)
        due = service.due(site)
        assert (due.last, due.until) == (date(2026, 3, 5), date(2026, 6, 5))
        assert not due.late(date(2026, 6, 5))
        assert due.late(date(2026, 6, 6))
        assert "已经超过" in due.sentence(date(2026, 6, 6))
        assert due.sentence(NOW.date()) == "最近一次通过的恢复演练是 2026-03-05，下一次应在 2026-06-05 前（E15 6.2）。"

    def test_by_the_interval_of_the_law(self, site: Context) -> None:
        backup.make(site.home, NOW, "手动")
        drill(site)
        monthly = Holding(date(2026, 3, 1), {"backup.restore_interval": 1}, "甲方来函")
        amended = site.under(site.regulations.amended([("E15-08", monthly)]))
        assert service.due(amended).until == date(2026, 4, 5)
        ended = Holding(date(2026, 3, 1), {}, "甲方来函", repealed=True)
        off = service.due(site.under(site.regulations.amended([("E15-08", ended)])))
        assert (off.until, off.late(date(2030, 1, 1)), off.sentence(date(2030, 1, 1))) == (None, False, "")


class TestPaper:
    def test_it_stands_upright_with_result_clauses_and_signatures(self, site: Context) -> None:
        made = backup.make(site.home, datetime(2026, 3, 3, 6, 30), "手动")
        drill(site, remarks="主管在场")
        document = paper(site)
        assert (document.code, document.landscape, document.number) == ("OD-HL", False, "HL-2026-0001")
        (grid,) = (block for block in document.body if isinstance(block, FormGrid))
        cells = {cell.label: cell.value for row in grid.rows for cell in row}
        assert cells["演练结果"] == "通过"
        assert cells["距演练"] == "2 天 1 小时"
        assert str(cells["校验值 SHA-256"]).replace(" ", "") == made.sha256
        assert document.basis == (
            "制定备份策略，按计划备份，必要时紧急恢复（E10 二.3）；定期备份关键数据（E15 6.1）；"
            "定期做恢复测试，验证备份有效（E15 6.2）。",
        )
        pdf = pypdfium2.PdfDocument(pdf_bytes(document))
        try:
            assert len(pdf) == 1
            width, height = pdf[0].get_size()
            text = "".join(pdf[0].get_textpage().get_text_range().split())
        finally:
            pdf.close()
        assert width < height
        for word in ("恢复演练记录", "HL-2026-0001", "E156.2", "演练人签字", "运维主管签字", "主管在场"):
            assert word.replace(" ", "") in text, word

    def test_one_that_failed_says_why(self, site: Context) -> None:
        made = backup.make(site.home, NOW, "手动")
        made.path.write_bytes(b"x" * 9000)
        drill(site)
        text = str(paper(site).body)
        assert "未通过：文件与写成时的校验值不一致。" in text
