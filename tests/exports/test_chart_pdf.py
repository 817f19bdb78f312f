from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations, pairwise

import pypdfium2
import pypdfium2.raw
import pytest
from chart_samples import BY_CATEGORY, BY_VENDOR, CHARTS, DAILY, EMPTY, LEVELS, RATE, VENDORS
from paper_samples import pdf_texts, with_body

from opsdesk.exports import bars, bars_drawing, typeface
from opsdesk.exports.document import BarChart, Paper, Series, Signature, Text
from opsdesk.exports.layout import compose
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.exports.sheets import MM, Sheet

LONG = "".join(chr(0x4E00 + place) for place in range(400))
HOSTILE = BarChart(
    LONG,
    (LONG, "Supercalifragilistic-2026-" * 6, "三", ""),
    (Series(LONG[:90], (3, 4, 1, 0)), Series("乙", (10**15, 2, 0, None))),
    "件",
    stacked=True,
    target=3,
)
ALL = CHARTS | {"empty": EMPTY, "hostile": HOSTILE, "hostile side by side": replace(HOSTILE, stacked=False)}
Box = tuple[float, float, float, float]


def boxes_of(sheet: Sheet) -> list[tuple[str, Box]]:
    """What is written with the box its glyphs fill, in points from the lower left."""
    written: dict[tuple[float, float], tuple[str, Box]] = {}
    for ink in sheet.inks:
        width = typeface.width(ink.text, ink.size, bold=ink.font == typeface.BOLD)
        written[ink.x, ink.y] = (ink.text, (ink.x, ink.y, ink.x + width, ink.y + ink.size * 0.74))
    return list(written.values())


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("paper", ["upright", "landscape", "A3"])
@pytest.mark.parametrize("name", ALL)
def test_nothing_on_the_paper_overlaps_or_leaves_it(name: str, paper: str) -> None:
    sizes = {"upright": {}, "landscape": {"landscape": True}, "A3": {"paper": Paper.A3, "landscape": True}}
    document = with_body(ALL[name], **sizes[paper])
    for sheet in compose(document):
        written = boxes_of(sheet)
        assert [(a, b) for (a, one), (b, other) in combinations(written, 2) if overlap(one, other)] == []
        left, right = 25 * MM - 0.1, sheet.width - 15 * MM + 0.1
        assert [text for text, box in written if box[0] < left or box[2] > right] == []
        lines = [rule for rules in sheet.rules.values() for rule in rules]
        shapes = [*lines, *((x, y, x + width, y + height) for x, y, width, height, _ in sheet.tints)]
        assert all(left <= min(a, c) and max(a, c) <= right for a, _, c, _ in shapes)
        assert all(min(b, d) >= 20 * MM and max(b, d) <= sheet.height for _, b, _, d in shapes)


@pytest.mark.parametrize("name", ALL)
def test_a_reader_finds_every_object_on_the_page(name: str) -> None:
    with pypdfium2.PdfDocument(pdf_bytes(with_body(ALL[name]))) as pdf:
        for page in pdf:
            width, height = page.get_size()
            for thing in page.get_objects():
                left, bottom, right, top = thing.get_bounds()
                assert 0 <= left <= right <= width
                assert 0 <= bottom <= top <= height
            page.close()


@pytest.mark.parametrize("name", CHARTS)
def test_the_paper_says_every_word_and_figure_of_the_chart(name: str) -> None:
    chart = CHARTS[name]
    (text,) = pdf_texts(pdf_bytes(with_body(chart)))
    said = [bars.title(chart), bars.unit(chart), bars.target(chart), *bars.names(chart), *bars.labels(chart)]
    assert [words for words in said if words.replace(" ", "") not in text] == []
    figures = Counter(bars.figure(chart, value) for series in chart.series for value in series.values)
    if bars.has_totals(chart):
        figures.update(bars.figure(chart, bars.total(chart, place)) for place in range(len(chart.labels)))
    inks = Counter(ink.text for sheet in compose(with_body(chart)) for ink in sheet.inks)
    assert figures - inks == Counter()


def bars_drawn(sheet: Sheet, series: int) -> list[tuple[float, float, float, float]]:
    """Left, lower edge, width and height of a series' bars; the first box is its sample in the key."""
    grey = bars_drawing.FILLS[series].grey
    found = [(x, y, width, height) for x, y, width, height, tint in sheet.tints if tint == grey]
    return [box for box in found if (box[2], box[3]) != (bars_drawing.SWATCH, bars_drawing.SWATCH_HEIGHT)]


def test_standing_bars_are_as_high_as_their_values() -> None:
    (sheet,) = compose(with_body(DAILY))
    drawn = bars_drawn(sheet, 0)
    values = [value for value in DAILY.series[0].values if value]
    assert len(drawn) == len(values)
    assert [box[3] / drawn[0][3] for box in drawn] == pytest.approx([value / values[0] for value in values], rel=1e-6)
    assert len({round(box[1], 3) for box in drawn}) == 1
    assert all(b[0] - (a[0] + a[2]) > 2 for a, b in pairwise(drawn))


def test_lying_bars_are_as_long_as_their_values_and_begin_at_one_line() -> None:
    (sheet,) = compose(with_body(BY_CATEGORY))
    drawn = bars_drawn(sheet, 0)
    assert [box[2] / drawn[0][2] for box in drawn] == pytest.approx([1, 21 / 34, 4 / 34])
    assert len({round(box[0], 3) for box in drawn}) == 1


def rendered(chart: BarChart):  # a PIL picture
    with pypdfium2.PdfDocument(pdf_bytes(with_body(chart))) as pdf:
        page = pdf[0]
        picture = page.render(scale=2).to_pil()
        page.close()
    return picture


def test_a_black_and_white_printer_keeps_the_series_apart() -> None:
    picture = rendered(LEVELS)
    assert all(red == green == blue for _, (red, green, blue) in picture.getcolors(1 << 20))
    (sheet,) = compose(with_body(LEVELS))
    samples = [
        (x, y, width, height)
        for x, y, width, height, _ in sheet.tints
        if (width, height) == (bars_drawing.SWATCH, bars_drawing.SWATCH_HEIGHT)
    ]
    looks = []
    for x, y, width, height in samples:
        box = (x + 1, sheet.height - y - height + 1, x + width - 1, sheet.height - y - 1)
        pixels = picture.crop(tuple(round(edge * 2) for edge in box)).convert("L").tobytes()
        mean = sum(pixels) / len(pixels)
        looks.append((mean, (sum((pixel - mean) ** 2 for pixel in pixels) / len(pixels)) ** 0.5))
    assert len(looks) == 6
    for one, other in combinations(looks, 2):
        assert abs(one[0] - other[0]) > 18 or abs(one[1] - other[1]) > 18


@pytest.mark.parametrize("lines", range(0, 40, 3))
def test_a_chart_is_never_split_and_its_heading_stays_with_it(lines: int) -> None:
    filling = tuple(Text(f"第 {n} 行。") for n in range(lines))
    texts = pdf_texts(
        pdf_bytes(with_body(*filling, Text("一、每天", bold=True), DAILY, signatures=(Signature("运维主管"),)))
    )
    (page,) = (text for text in texts if "单位：件" in text)
    assert page.index("一、每天") < page.index("每日事件数")
    assert sum(text.count("一、每天") + text.count("每日事件数") for text in texts) == 2
    for words in ("已解决", "未解决", "柱端数字为合计"):
        assert [words in text for text in texts] == [text is page for text in texts]


def test_a_chart_higher_than_the_page_is_pressed_into_it() -> None:
    tall = replace(DAILY, height=900.0)
    (sheet,) = compose(with_body(tall, landscape=True))
    assert min(y for _, y, *_ in sheet.tints) > 20 * MM
    assert len(bars_drawn(sheet, 0)) == len([value for value in DAILY.series[0].values if value])


def test_lying_bars_too_many_for_a_page_go_on_with_title_and_scale() -> None:
    names = tuple(f"系统{n}" for n in range(150))
    chart = BarChart("按系统", names, (Series("事件数", tuple(range(150, 0, -1))),), "件", horizontal=True)
    texts = pdf_texts(pdf_bytes(with_body(chart)))
    assert len(texts) > 1
    assert ["按系统（续）" in text for text in texts] == [False, *([True] * (len(texts) - 1))]
    assert all("单位：件" in text and "050100150" in text for text in texts)
    assert [name for name in names if name not in "".join(texts)] == []


def test_bars_without_room_to_stand_are_laid() -> None:
    standing = compose(with_body(replace(DAILY, series=DAILY.series[:1], stacked=False)))[0]
    lying = compose(with_body(CHARTS["large"]))[0]
    assert len({round(y, 2) for _, y, _, _ in bars_drawn(standing, 0)}) == 1
    assert len({round(x, 2) for x, _, _, _ in bars_drawn(lying, 0)}) == 1


def test_nothing_to_draw_is_said() -> None:
    (text,) = pdf_texts(pdf_bytes(with_body(EMPTY, BarChart("率", ("一",), (Series("率", (None,)),), "%", target=95))))
    assert text.count(bars.NOTHING) == 2
    assert "目标" not in text


def test_figures_are_spared_by_the_line_of_the_target() -> None:
    for chart in (RATE, replace(RATE, horizontal=True)):
        (sheet,) = compose(with_body(chart))
        dashes = sheet.rules[bars_drawing.DASH_WEIGHT]
        figures = [(text, box) for text, box in boxes_of(sheet) if text.endswith("%") and "." in text]
        assert len(figures) == 6
        assert [
            text for x1, y1, x2, y2 in dashes for text, box in figures if overlap((x1, y1, x2, y2 + 0.1), box)
        ] == []


def test_texts_pass_the_glyph_check_and_are_never_markup() -> None:
    label = "<b>a</b>&amp;=1+1"
    hostile = BarChart(label, (label,), (Series(label + "名", (1,)),), label, horizontal=True)
    content = pdf_bytes(with_body(hostile))
    assert pdf_texts(content)[0].count(label) == 4
    assert b"/Annot" not in content
    with pytest.raises(typeface.MissingGlyph, match=r"到岗记录 DG-20260305.*😀"):
        pdf_bytes(with_body(BarChart("标题", ("王😀",), (Series("数", (1,)),))))


def test_equal_charts_give_equal_bytes() -> None:
    assert pdf_bytes(with_body(DAILY, BY_VENDOR)) == pdf_bytes(with_body(DAILY, BY_VENDOR))
    assert VENDORS[1] in pdf_texts(pdf_bytes(with_body(BY_VENDOR)))[0]
