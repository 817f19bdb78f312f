"""What is typed or taken over into incidents and is not plain Chinese: pictures, phone numbers, words of others."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import team
from filled_site import change, load, run, save, whole
from sqlalchemy import select
from team import Team, go_to

from opsdesk.exports import archive
from opsdesk.exports.typeface import MissingGlyph
from opsdesk.models import Incident, IncidentAct, IncidentOption
from opsdesk.register import Query
from opsdesk.registers.incident import acts, detail, documents, glyphs, hand_in, listing, service
from opsdesk.registers.incident.importing import import_incidents
from opsdesk.services import chain, incident_text
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.text import without_phones

DAY = date(2026, 3, 5)


@pytest.fixture
def crew(site: Context) -> Team:
    return team.build(site)


def opened(ctx: Context, line: str, **more: Any) -> dict[str, Any]:
    return kept(ctx, service.open_incident(ctx, line, more).value.id)


def kept(ctx: Context, incident_id: int) -> dict[str, Any]:
    with ctx.read() as connection:
        return service.row_of(connection, incident_id)


def taken_over(ctx: Context, tmp_path: Path, heading: str, *lines: str) -> dict[str, dict[str, Any]]:
    path = tmp_path / "旧登记.csv"
    path.write_text("\n".join((heading, *lines, "")), encoding="utf-8")
    assert not import_incidents(ctx, path, create_values=True).rejected
    with ctx.read() as connection:
        rows = connection.execute(select(Incident.__table__).where(Incident.batch_id.is_not(None))).mappings()
        return {row["number"]: dict(row) for row in rows}


def total(ctx: Context, typed: str) -> int:
    return listing.listed(ctx, Query(typed)).total


class TestWhatPaperCannotShow:
    @pytest.mark.parametrize("sign", ["😀", "ไ", "한"])
    def test_is_refused_in_the_line_and_in_the_form(self, site: Context, sign: str) -> None:
        with pytest.raises(Refusal, match=f"这一行里的“{sign}”印不到纸上") as told:
            service.open_incident(site, f"打印机坏了{sign}")
        assert told.value.field == "title"
        made = opened(site, "打印机坏了")["id"]
        for key in ("title", "system", "symptom", "reporter", "reporter_phone"):
            with pytest.raises(Refusal, match="印不到纸上") as told:
                change(site, "incident", made, **{key: f"坏了{sign}"})
            assert told.value.field == key
        with pytest.raises(Refusal, match="印不到纸上"):
            save(site, "incident", title=f"坏了{sign}", kind="故障")

    def test_what_it_can_show_is_taken(self, site: Context) -> None:
        line = "李𬭎的𠮷卡 café № ① → ★ ☑ “室”·B 座 ±5℃"
        made = opened(site, line)
        assert made["title"] == line
        change(site, "incident", made["id"], symptom="第一行\n\t第二行\u2009完")
        assert kept(site, made["id"])["symptom"] == "第一行\n\t第二行 完"
        assert glyphs.boxed(line) == line

    def test_of_an_old_record_it_is_a_box_in_the_days_list(self, site: Context, crew: Team, tmp_path: Path) -> None:
        heading = "编号,标题,报告时间,解决时间,处理人"
        taken_over(site, tmp_path, heading, "A😀1,打印机坏了😀,2026-03-05 07:00,2026-03-05 07:30,小明😀")
        document = documents.day_list(site, DAY)
        (row,) = document.body[0].rows  # type: ignore[union-attr]
        assert (row[1], row[4], row[6]) == ("A□1", "打印机坏了□", "小明□")
        assert glyphs.BOXED in document.notes
        assert len(archive.export(document, tmp_path / "out", ("pdf", "xlsx"))) == 2
        with pytest.raises(MissingGlyph):
            archive.export(documents.record(site, 1), tmp_path / "out", ("pdf",))

    def test_a_list_without_any_says_nothing_of_boxes(self, site: Context) -> None:
        opened(site, "打印机坏了")
        assert glyphs.BOXED not in documents.day_list(site, DAY).notes


class TestWhatAnImportLeft:
    HEADING = "编号,标题,报告时间,报告方式,故障现象,电话,处理人,响应时间"
    LINES = (
        "W1,甲😀,2026-03-04 08:30,微信群,x,,王强,2026-03-04 08:35",
        f"W2,乙,2026-03-04 08:30,电话,{'字' * 5000},,王强,2026-03-04 08:35",
        "W3,丙,2026-03-04 08:30,电话,x,办公室 0931-1234567 转 8001,王强,2026-03-04 08:35",
    )

    @pytest.mark.parametrize("number", ["W1", "W2", "W3"])
    def test_does_not_keep_the_form_from_being_saved(
        self, site: Context, crew: Team, tmp_path: Path, number: str
    ) -> None:
        before = taken_over(site, tmp_path, self.HEADING, *self.LINES)[number]
        change(site, "incident", before["id"], diagnosis="新诊断")
        after = kept(site, before["id"])
        assert {key for key in after if after[key] != before[key]} == {"diagnosis"}
        whole(site)

    def test_what_is_solved_here_has_to_be_handed_in(self, site: Context, crew: Team, tmp_path: Path) -> None:
        before = taken_over(site, tmp_path, self.HEADING, *self.LINES)["W1"]
        assert before["hand_in_due_at"] is None
        run(site, "incident", "solve", before["id"], root_cause="误操作", result="已解决")
        assert f"{kept(site, before['id'])['hand_in_due_at']:%Y-%m-%d %H:%M}" == "2026-03-05 17:30"
        assert [slip.row["number"] for slip in hand_in.board(site, site.today()).slips] == ["W1"]

    def test_what_is_changed_is_measured(self, site: Context, crew: Team, tmp_path: Path) -> None:
        rows = taken_over(site, tmp_path, self.HEADING, *self.LINES)
        for number, key, value in (
            ("W1", "source", "QQ群"), ("W1", "title", "甲😀乙"), ("W2", "symptom", "字" * 4001),
            ("W3", "reporter_phone", "1" * 61),
        ):  # fmt: skip
            with pytest.raises(Refusal) as told:
                change(site, "incident", rows[number]["id"], **{key: value})
            assert told.value.field == key
        change(site, "incident", rows["W2"]["id"], symptom="字" * 4000, source="当面", reporter_phone="1" * 60)
        assert kept(site, rows["W2"]["id"])["symptom"] == "字" * 4000

    def test_the_form_as_it_is_writes_nothing(self, site: Context, crew: Team, tmp_path: Path) -> None:
        rows = taken_over(site, tmp_path, self.HEADING, *self.LINES)
        with site.read() as connection:
            before = chain.count(connection)
        for row in rows.values():
            service.save(site, row["id"], service.load(site, row["id"]))
        with site.read() as connection:
            assert chain.count(connection) == before


CALLS = (
    ("张三 13812345678 打印机", "张三 打印机", "13812345678"),
    ("张三 138 1234 5678 打印机", "张三 打印机", "13812345678"),
    ("张三 138-1234-5678 打印机", "张三 打印机", "13812345678"),
    ("张三+8613812345678打印机", "张三 打印机", "13812345678"),
    ("张三13812345678OA打不开", "张三 OA打不开", "13812345678"),
    ("张三１３８１２３４５６７８打印机", "张三 打印机", "13812345678"),
    ("张三（138-1234-5678）打印机", "张三 打印机", "13812345678"),
    ("打印机 0931-8888888转801", "打印机", "0931-8888888转801"),
    ("打印机 (0931)8888888", "打印机", "(0931)8888888"),
    ("打印机 400-810-8888", "打印机", "400-810-8888"),
    ("张三 13812345678 李四 13900001111 打印机", "张三 李四 打印机", "13812345678、13900001111"),
    ("13812345678", "来电 138****5678", "13812345678"),
)
NO_CALLS = (
    "身份证 62010219900101123X", "订单13812345678901", "资产编号 13800000000", "编号：13800000000", "SN13812345678",
    "12812345678 断电", "1381234567 断电", "10.0.13.138 不通", "2026-03-05 08:30 断电",
)  # fmt: skip


class TestPhones:
    @pytest.mark.parametrize(("line", "title", "phone"), CALLS)
    def test_belong_to_the_reporter_and_not_into_the_title(
        self, site: Context, tmp_path: Path, line: str, title: str, phone: str
    ) -> None:
        made = opened(site, line)
        assert (made["title"], made["reporter_phone"]) == (title, phone)
        with site.read() as connection:
            said = connection.execute(select(IncidentAct.said)).scalar_one()
        assert said == title
        typed = kept(site, save(site, "incident", title=line, kind="故障"))
        assert (typed["title"], typed["reporter_phone"]) == (title, phone)
        other = opened(site, "三楼")["id"]
        change(site, "incident", other, title=line, reporter_phone="8001")
        assert (kept(site, other)["title"], kept(site, other)["reporter_phone"]) == (title, f"8001、{phone}")
        (old,) = taken_over(site, tmp_path, "编号,标题,报告时间", f"A1,{line},2026-03-04 08:00").values()
        assert old["reporter_phone"] == phone
        assert old["title"] == (title if line != phone else "(无标题)")

    @pytest.mark.parametrize("line", NO_CALLS)
    def test_other_numbers_stay(self, site: Context, line: str) -> None:
        assert without_phones(line) == (line, [])
        made = opened(site, line)
        assert (made["title"], made["reporter_phone"]) == (line, None)

    def test_more_does_not_bring_the_number_back(self, site: Context) -> None:
        made = opened(site, "张三 13812345678 打印机", title="张三 13812345678 打印机", reporter_phone="13812345678")
        assert (made["title"], made["reporter_phone"]) == ("张三 打印机", "13812345678")

    def test_a_phone_of_its_own_column_stays_alone(self, site: Context, tmp_path: Path) -> None:
        line = "P1,张三13812345678电脑坏,2025-03-05 08:30,13900001111"
        (row,) = taken_over(site, tmp_path, "编号,标题,报告时间,电话", line).values()
        assert (row["title"], row["reporter_phone"]) == ("张三 电脑坏", "13900001111、13812345678")

    def test_taken_over_by_an_earlier_version_it_is_known_again(self, site: Context, tmp_path: Path) -> None:
        line = "P1,张三13812345678电脑坏,2025-03-05 08:30"
        (row,) = taken_over(site, tmp_path, "编号,标题,报告时间", line).values()
        with site.transaction("旧版本的导入") as tx:
            tx.update(Incident, row["id"], title="张三13812345678电脑坏", reporter_phone=None)
        again = import_incidents(site, tmp_path / "旧登记.csv")
        assert (again.stored, again.duplicates, again.rejected) == (0, 1, ())


class TestCategoryHeard:
    @pytest.mark.parametrize(
        ("line", "category"),
        [
            ("三楼网络断", "网络故障"),
            ("请求：数据问题", "数据问题"),
            ("食堂pos机没反应", "一卡通终端"),
            ("数据中心空调漏水", "动力环境"),
            ("账号被锁", "账号权限"),
            ("财务系统打不开", "系统服务"),
            ("财务系统", ""),
            ("软件园门禁卡", ""),
            ("其他科室电脑", ""),
        ],
    )
    def test_by_its_name_or_a_word_for_it(self, site: Context, line: str, category: str) -> None:
        assert opened(site, line)["category"] == category

    def test_not_one_out_of_use(self, site: Context) -> None:
        with site.read() as connection:
            query = select(IncidentOption.id).where(IncidentOption.name == "网络故障")
            option = connection.execute(query).scalar_one()
        run(site, "incident_option", "retire", option)
        assert opened(site, "三楼网络断")["category"] == ""
        run(site, "incident_option", "bring_back", option)
        assert opened(site, "三楼网络断")["category"] == "网络故障"


class TestFind:
    @pytest.mark.parametrize("typed", ["z", "zz", "zzz", "u", "u1f", "ж", "жж", "ж1"])
    def test_what_stands_between_the_words_is_not_found(self, site: Context, typed: str) -> None:
        opened(site, "李𬭎的卡 é カード")
        assert total(site, typed) == 0
        opened(site, f"门禁 {typed}1")
        assert total(site, typed) == 1

    def test_rare_characters_are_found_by_themselves(self, site: Context) -> None:
        opened(site, "李𬭎的卡 é カード Ж")
        for typed in ("𬭎", "李𬭎", "é", "カード", "ж"):
            assert total(site, typed) == 1
        assert total(site, "𠮷") == 0

    def test_a_new_name_of_engineer_and_vendor_is_found_and_the_old_one_no_more(
        self, site: Context, crew: Team
    ) -> None:
        made = opened(site, "交换机")["id"]
        acts.respond(site, made, {"staff_id": crew["2001"]})
        opened(site, "打印机", staff_id=crew["2002"])
        change(site, "staff", crew["2001"], name="陈小晨")
        assert (total(site, "陈小晨"), total(site, "赵夜")) == (1, 1)
        change(site, "vendor", 2, short_name="恒通新")
        assert total(site, "恒通新") == 1
        with site.read() as connection:
            assert incident_text.out_of_step(connection) == 0
        whole(site)

    def test_out_of_step_is_counted_and_made_anew(self, site: Context) -> None:
        for line in ("交换机", "打印机", "门禁"):
            opened(site, line)
        with site.transaction("测试") as tx:
            tx.update(Incident, 1, title="路由器")
            tx.connection.exec_driver_sql(f"DELETE FROM incident_text WHERE rowid % {incident_text.ROOM} = 2")
            tx.connection.exec_driver_sql("INSERT INTO incident_text(rowid, words) VALUES (9, 'zzz')")
        with site.read() as connection:
            assert incident_text.out_of_step(connection) == 3
        with site.transaction("测试") as tx:
            assert incident_text.rebuild(tx.connection) == 3
        with site.read() as connection:
            assert incident_text.out_of_step(connection) == 0
        assert [total(site, typed) for typed in ("路由器", "打印机", "门禁")] == [1, 1, 1]


class TestNumbers:
    def test_that_differ_in_capitals_only_have_each_its_report(self, site: Context, crew: Team, tmp_path: Path) -> None:
        line = "{},甲,2025-03-05 08:30,2025-03-05 09:30"
        heading = "编号,标题,报告时间,解决时间"
        taken_over(site, tmp_path, heading, *(line.format(each) for each in ("inc1", "INC1", "INC2")))
        for typed, number in (("INC1", "INC1"), ("inc1", "inc1"), ("inc2", "INC2")):
            made = save(site, "case_report", incident=typed)
            assert load(site, "case_report", made)["incident"] == number
        with pytest.raises(Refusal, match="没有编号"):
            save(site, "case_report", incident="Inc3")

    def test_taken_over_do_not_move_ours(self, site: Context, tmp_path: Path) -> None:
        lines = [f"SJ-20260305-{n},旧单,2026-03-04 07:00" for n in ("001", "003", "900", "9" * 24)]
        taken_over(site, tmp_path, "编号,标题,报告时间", *lines)
        found = [service.open_incident(site, "水管漏了").value.number[-3:] for _ in range(3)]
        assert found == ["002", "004", "005"]
        go_to(site, "2026-03-06 08:00:00")
        assert service.open_incident(site, "水管漏了").value.number == "SJ-20260306-001"
        assert detail.id_of(site, "SJ-20260305-900")
