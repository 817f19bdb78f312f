from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from paper_samples import one_column, pdf_texts, register, slip, with_body

from opsdesk.exports import fitting, head_and_foot, layout, seal, sheets, typeface, wording
from opsdesk.exports.archive import Cancelled
from opsdesk.exports.document import (
    Align,
    Choice,
    Column,
    Document,
    Fact,
    FormCell,
    FormGrid,
    Kind,
    Paper,
    Signature,
    Table,
    Text,
)
from opsdesk.exports.pdf import pdf_bytes, write_pdf

HOSTILE = (
    "=cmd|'/c calc'!A1",
    "<img src='/etc/passwd'>",
    '<a href="http://example.com">x</a>',
    "<!-- x -->",
    "<![CDATA[x]]>",
    "a<b&amp;c",
    "(Tj) ET \\) Q /F1",
    "#N/A",
    "{{7*7}}%s%n",
)


def words_of(text: str) -> str:
    return "".join(text.split())


def test_pages_are_counted_and_numbered(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    assert write_pdf(register(22), path) == 2
    texts = pdf_texts(path.read_bytes())
    assert ["第1页共2页" in texts[0], "第2页共2页" in texts[1]] == [True, True]


@pytest.mark.parametrize(("people", "pages"), [(0, 1), (1, 1), (16, 1), (17, 2), (32, 2), (33, 3)])
def test_a_bound_register_has_its_fixed_rows_on_every_page(people: int, pages: int) -> None:
    texts = pdf_texts(pdf_bytes(register(people)))
    assert len(texts) == pages
    assert all("服务台值班员（签字）：" in text and "缺勤／请假说明" in text for text in texts)
    composed = layout.compose(register(people))
    counted = [ink.text for ink in composed[-1].inks if ink.text == str(pages * 16)]
    assert counted == [str(pages * 16)]


def test_the_page_says_what_the_form_says() -> None:
    text = pdf_texts(pdf_bytes(register(3)))[0]
    said = """OD-F01A/0 No.DG-20260305 某市信息中心 到岗记录 日期：2026年3月5日周四 08:27 003 迟到12分 （盖章） 年月日
    注：本人逐行签名，不得代签。 采用口径：1.迟到免罚3次。 2.次数罚与分钟罚并罚。 运维主管（签字）： 保存期限：3年
    链首7f3a9c1e2b"""
    assert [words for words in said.split() if words not in text] == []


def test_a_slip_prints_its_boxes_its_choices_and_its_places_to_sign() -> None:
    text = pdf_texts(pdf_bytes(slip()))[0]
    for words in (
        "陈𠅤",
        "0012345",
        "2026-03-05",
        "上班",
        "下班",
        "2026-03-0517:42",
        "1,234.50",
        "签字：年月日",
        "半天",
        "以下由考勤员填写。",
    ):
        assert words in text
    boxes = "".join(ink.text for ink in layout.compose(slip())[0].inks if ink.font == typeface.BOXES)
    assert boxes == "".join((typeface.EMPTY_BOX, typeface.TICKED_BOX, typeface.EMPTY_BOX, typeface.EMPTY_BOX))


def test_a_tick_is_drawn_as_offices_write_it_and_what_is_sealed_stays_as_it_was_recorded() -> None:
    paper = one_column("√", "迟26\n√", "×", notes=("√ 正常　× 异常",))
    drawn = "".join(ink.text for ink in layout.compose(paper)[0].inks)
    assert drawn.count("✓") == 3
    assert "√" not in drawn
    for bold in (False, True):
        assert {name for name, _ in typeface.runs("√✓×/", bold=bold)} == {typeface.BOLD if bold else typeface.REGULAR}
    sealed = "".join(cell.words for line in seal.lines(paper) for cell in line.cells)
    assert sealed.count("√") == 3
    assert "✓" not in sealed


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_printed_as_typed_and_nothing_in_it_works(text: str) -> None:
    content = pdf_bytes(one_column(text, title=text, organisation=text, facts=(Fact(text, text),), notes=(text,)))
    assert pdf_texts(content)[0].count(words_of(text)) >= 5
    assert b"/Annot" not in content
    assert b"/XObject" not in content.replace(b"/XObject <<\n>>", b"")


def test_controls_and_bidi_marks_never_reach_the_paper() -> None:
    text = pdf_texts(pdf_bytes(one_column("王\x00\x07强\u202egnp\u202c.\u200bexe\ud800\ufffe")))[0]
    assert "王强gnp.exe" in text


@pytest.mark.parametrize("block", ["table", "register", "grid", "text", "note", "title", "fact"])
def test_a_text_of_five_thousand_characters_goes_on_over_the_pages(block: str) -> None:
    long = "".join(chr(0x4E00 + place) for place in range(5000))
    documents: dict[str, Document] = {
        "table": with_body(Table((Column("甲", 1), Column("乙", 5)), (("一", long), ("二", "三")))),
        "register": with_body(
            Table((Column("序号", 1), Column("乙", 2)), ((1, long),), rows_per_page=15), landscape=True
        ),
        "grid": with_body(FormGrid(((FormCell("甲", long), FormCell("乙", "丙")),))),
        "text": with_body(Text(long)),
        "note": one_column("一", notes=(long,), signatures=(Signature("主管"),)),
        "title": one_column("一", title=long),
        "fact": one_column("一", facts=(Fact("甲", long),)),
    }
    document = documents[block]
    pages = layout.compose(document)
    for page in pages:
        assert all(0 < ink.y < page.height and 0 <= ink.x < page.width for ink in page.inks)
        assert all(0 < y < page.height for rules in page.rules.values() for _, *ys, _ in rules for y in ys[:1])
    if block != "title":
        printed = set("".join(pdf_texts(pdf_bytes(document))))
        assert set(long) <= printed
        assert len(pages) > 1


def test_rows_higher_than_planned_keep_the_page_on_the_paper() -> None:
    table = Table(
        (Column("序号", 1, Kind.NUMBER), Column("说明", 3)),
        tuple((n, "很长的说明。" * 12) for n in range(1, 31)),
        rows_per_page=15,
    )
    document = with_body(table, landscape=True, signatures=(Signature("主管"),))
    for page in layout.compose(document):
        bottom = min(y for rules in page.rules.values() for *_, y in rules)
        assert bottom > 20 * sheets.MM - 0.1
    texts = "".join(pdf_texts(pdf_bytes(document)))
    assert texts.count("很长的说明。") == 360


def test_a_missing_glyph_names_the_record_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    document = register(3, name=lambda place: "王😀" if place == 2 else "王强")
    with pytest.raises(typeface.MissingGlyph, match=r"王😀 2026-03-05.*😀.*U\+1F600"):
        write_pdf(document, path)
    assert not path.exists()
    with pytest.raises(typeface.MissingGlyph, match="到岗记录 DG-20260305"):
        pdf_bytes(one_column("一", notes=("😀",)))


def test_equal_documents_give_equal_bytes_and_different_ones_do_not() -> None:
    assert pdf_bytes(register(5)) == pdf_bytes(register(5))
    assert pdf_bytes(register(5)) != pdf_bytes(register(6))


def test_several_documents_count_their_own_pages_and_copies_repeat_them(tmp_path: Path) -> None:
    texts = pdf_texts(pdf_bytes(register(17), slip()))
    assert [text[text.rindex("第") :][:6] for text in texts] == ["第1页共2页", "第2页共2页", "第1页共1页"]
    path = tmp_path / "a.pdf"
    assert write_pdf(register(17), path, copies=2) == 4
    pages = pdf_texts(path.read_bytes())
    assert pages[:2] == pages[2:]


@pytest.mark.parametrize(
    ("paper", "landscape", "size"),
    [
        (Paper.A4, False, (210, 297)),
        (Paper.A4, True, (297, 210)),
        (Paper.A3, True, (420, 297)),
        (Paper.A3, False, (297, 420)),
    ],
)
def test_the_paper_has_its_size(paper: Paper, landscape: bool, size: tuple[int, int]) -> None:
    with pypdfium2.PdfDocument(pdf_bytes(one_column("一", paper=paper, landscape=landscape))) as pdf:
        page = pdf[0]
        assert [round(side / sheets.MM) for side in page.get_size()] == list(size)
        page.close()


def test_the_file_names_the_form_and_its_organisation_and_nobody_else() -> None:
    with pypdfium2.PdfDocument(pdf_bytes(register(1))) as pdf:
        about = pdf.get_metadata_dict()
    assert (about["Title"], about["Author"], about["Creator"]) == ("到岗记录", "某市信息中心", "OpsDesk")


def test_cancel_leaves_no_file(tmp_path: Path) -> None:
    path, told = tmp_path / "a.pdf", []

    def stop_after_two(done: int, total: int) -> bool:
        told.append((done, total))
        return len(told) < 2

    with pytest.raises(Cancelled):
        write_pdf(register(900), path, progress=stop_after_two)
    assert not path.exists()
    assert all(0 < done <= total for done, total in told)


def test_progress_only_grows_and_ends_at_the_total(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_pdf(register(900), tmp_path / "a.pdf", progress=lambda done, total: not told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (time(8, 5), Kind.TIME, "08:05"),
        (datetime(2026, 3, 5, 8, 5, 59), Kind.TIME, "08:05"),
        (datetime(2026, 3, 5, 8, 5, 59), Kind.MOMENT, "2026-03-05 08:05"),
        (datetime(2026, 3, 5, 8, 5), Kind.DATE, "2026-03-05"),
        (date(2026, 3, 5), Kind.DATE, "2026-03-05"),
        (Decimal("1234567.5"), Kind.MONEY, "1,234,567.50"),
        (Decimal("1E+2"), Kind.NUMBER, "100"),
        (Decimal("0.50"), Kind.NUMBER, "0.50"),
        (12, Kind.NUMBER, "12"),
        (None, Kind.TIME, ""),
        (Choice(("忘签", "外勤"), ("外勤",)), Kind.TEXT, "□忘签　☑外勤"),
    ],
)
def test_values_are_written_as_the_office_writes_them(value: object, kind: Kind, words: str) -> None:
    assert wording.words(value, kind) == words  # type: ignore[arg-type]  # parametrized over all values


def test_times_and_codes_shrink_instead_of_breaking() -> None:
    table = Table((Column("工号", 2, Kind.CODE), Column("说明", 12)), (("T-2026-0001234", "x"),), font_size=10.5)
    inks = [ink for ink in layout.compose(with_body(table))[0].inks if ink.text.startswith("T-")]
    assert [ink.text for ink in inks] == ["T-2026-0001234"]
    assert inks[0].size < 10.5


def test_a_table_without_fixed_rows_is_signed_once_at_the_end() -> None:
    document = one_column(*(f"第{n}项" for n in range(60)), signatures=(Signature("制表人"),))
    texts = pdf_texts(pdf_bytes(document))
    assert len(texts) == 3
    assert ["制表人（签字）" in text for text in texts] == [False, False, True]


@pytest.mark.parametrize("block", ["table", "grid"])
@pytest.mark.parametrize("notes", [(), ("打分后不得涂改。",)])
def test_no_page_holds_only_the_places_to_sign(block: str, notes: tuple[str, ...]) -> None:
    parted = 0
    for count in range(20, 45):
        words = [f"第{n:02}项" for n in range(count)]
        body = (
            Table((Column("内容", 1),), tuple((each,) for each in words), row_height=8.0)
            if block == "table"
            else FormGrid(tuple((FormCell("内容", each, height=8.0),) for each in words))
        )
        pages = pdf_texts(pdf_bytes(with_body(body, notes=notes, signatures=(Signature("考核组长"),))))
        assert "考核组长（签字）" in pages[-1]
        assert all(each in pages[-1] for each in words[-2:]), count
        parted += len(pages) > 1 and words[-3] not in pages[-1]
    assert parted, "somewhere the rows would have filled the page to its end"


def test_a_last_sentence_goes_with_the_places_to_sign() -> None:
    for count in range(20, 45):
        table = Table((Column("内容", 1),), tuple((f"第{n:02}项",) for n in range(count)), row_height=8.0)
        pages = pdf_texts(pdf_bytes(with_body(table, Text("应付合计一千元。"), signatures=(Signature("批准"),))))
        assert "批准（签字）" in pages[-1]
        assert "应付合计一千元。" in pages[-1]


def test_a_long_name_stays_above_the_place_to_sign() -> None:
    for name in ("张三", "阿卜杜热合曼·买买提明·艾合买提（华信）　3月5日 09:20 交单", "买" * 50):
        cell = FormCell("⑫ 处理人", name, height=12.0, kind=Kind.SIGNATURE)
        other = FormCell("用户", "李四", height=12.0, kind=Kind.SIGNATURE)
        (page,) = layout.compose(with_body(FormGrid(((cell, other),), label_width=24.0, font_size=10.0)))
        signing = [ink for ink in page.inks if ink.text.startswith("签字")]
        above = [ink for ink in page.inks if ink.text and ink.text[0] in name and ink.text != "李四"]
        assert min(ink.y for ink in above) > max(ink.y + ink.size * 0.9 for ink in signing)


def test_sentences_below_each_other_have_one_size_and_make_their_rows_higher() -> None:
    rows = (("短句。", ""), ("SJ-20260305-001 门户网站栏目打不开（闻人悦）应在 17:30 前交单，还没有交。", ""))
    for even, sizes in ((True, 1), (False, 2)):
        columns = (Column("没有了结的事项", 2, even=even), Column("后来怎样", 1))
        (page,) = layout.compose(with_body(Table(columns, rows, row_height=8.0)))
        assert len({ink.size for ink in page.inks if ink.text[:2] in {"短句", "SJ"}}) == sizes


def test_two_places_to_sign_stand_beside_each_other_with_a_shorter_line() -> None:
    def rows_of(*labels: str) -> tuple[int, float]:
        document = one_column("x", signatures=tuple(Signature(label) for label in labels))
        foot = head_and_foot.measure_foot(head_and_foot.Area(0, 0, 482, 700), document)
        return len(foot.signings), round(foot.signings[0][0].line / sheets.MM)

    assert rows_of("填报人", "运维主管") == (1, 26)
    assert rows_of("服务台值班员", "运维主管") == (1, 20)
    assert rows_of("填报单位项目负责人", "运维主管") == (2, 26)


LONG_PERSON = "阿卜杜热合曼·买买提明·艾合买提·吐尔逊江·阿不都"
LONG_COMPANY = "中国电子信息产业集团第六研究所华北信息系统集成与运行维护服务有限公司北京分部"


@pytest.mark.parametrize(
    ("text", "width", "most"),
    [
        (LONG_PERSON, 30, 2),
        (LONG_PERSON, 29, 3),
        (LONG_COMPANY, 30, 3),
        (LONG_PERSON, 18.5, 4),
        (LONG_COMPANY, 21, 4),
        ("王强", 18.5, 1),
    ],
)
def test_a_long_name_makes_no_tower_of_a_narrow_column(text: str, width: float, most: int) -> None:
    lines, size = fitting.fit(text, width * 0.88 * sheets.MM, 8.5, 8 * sheets.MM, Kind.TEXT, column=True)
    assert len(lines) <= most
    assert size >= fitting.SMALLEST_SIZE
    assert "".join(piece for line in lines for _, piece, _ in line.pieces) == text
    assert sheets.height_of(len(lines), size) <= 9.5 * sheets.MM


def test_sentences_and_texts_beyond_a_name_keep_their_size_and_make_the_row_higher() -> None:
    for text in ("早上来过一次。" * 8, "买" * (wording.LONGEST_NAME + 1)):
        lines, size = fitting.fit(text, 16 * sheets.MM, 8.5, 8 * sheets.MM, Kind.TEXT, column=True)
        assert (size, len(lines) > 8) == (8.5, True)
    assert fitting.fit("买" * wording.LONGEST_NAME, 16 * sheets.MM, 8.5, 8 * sheets.MM, Kind.TEXT, column=True)[1] < 8.5


@pytest.mark.parametrize(("long", "pages"), [(0, 1), (1, 1), (8, 1), (16, 2)])
def test_long_names_leave_a_bound_page_its_rows_as_far_as_there_is_room(long: int, pages: int) -> None:
    columns = (Column("序号", 10, Kind.NUMBER, Align.CENTER), Column("单位", 18), Column("说明", 200))
    rows = tuple((n + 1, LONG_COMPANY if n < long else "华信", None) for n in range(16))
    document = with_body(Table(columns, rows, rows_per_page=16), landscape=True, signatures=(Signature("主管"),))
    composed = layout.compose(document)
    assert len(composed) == pages
    numbers = [ink.text for page in composed for ink in page.inks if ink.text.isdigit()]
    assert numbers[:16] == [str(n + 1) for n in range(16)]
    for page in composed:
        assert min(y for rules in page.rules.values() for *_, y in rules) > 20 * sheets.MM - 0.1
