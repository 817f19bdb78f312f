"""The preview shows real pages, exports real files, prints real sheets, and records each."""

import hashlib
from dataclasses import replace

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from sqlalchemy import select

from opsdesk.exports.document import Column, Document, Paper, Table
from opsdesk.models import PrintedPaper, Seal
from opsdesk.registers.sign_in import documents
from opsdesk.ui.shell import printing


@pytest.fixture
def preview(desk, site, crew):
    desk.window.frame.open_paper(documents.daily_sheet(site, site.today()))
    desk.settle()
    return desk.window.frame.preview


def upright(text: str = "王强") -> Document:
    return Document(
        "OD-X", "A/0", "名册", "MC-1", "名册", "名册", "示例市信息中心",
        (Table((Column("姓名", 1.0),), tuple((text,) for _ in range(40))),), paper=Paper.A4,
    )  # fmt: skip


def recorded(ctx) -> list[tuple[str, str, str]]:
    with ctx.read() as connection:
        rows = connection.execute(select(PrintedPaper.number, PrintedPaper.format, PrintedPaper.sha256))
        return [tuple(row) for row in rows]


def test_the_page_is_drawn_sharp_and_fits_the_width(desk, preview) -> None:
    assert desk.window.frame.stack.currentWidget() is preview
    assert preview.title.text() == "到岗记录　DG-20260305"
    assert preview.place.text() == "第 1 页，共 1 页"
    image = preview.view.drawn(0)
    assert image is not None
    room = preview.view.viewport().width()
    assert room - 80 < image.width() <= room
    dark = sum(image.pixelColor(x, y).lightness() < 100 for x in range(0, image.width(), 3) for y in range(0, 300, 3))
    assert dark > 50


def test_zoom_and_pages_by_keys(desk, preview) -> None:
    desk.window.frame.open_paper([upright(), upright("李敏")])
    desk.settle()
    pages = len(preview.pages)
    assert pages == 4
    before = preview.view.zoom
    desk.ctrl(Qt.Key.Key_Plus)
    assert preview.view.zoom == pytest.approx(before * 1.25)
    desk.ctrl(Qt.Key.Key_0)
    assert preview.view.zoom == pytest.approx(before)
    desk.press(Qt.Key.Key_PageDown)
    assert preview.place.text() == "第 2 页，共 4 页"
    desk.press(Qt.Key.Key_End)
    assert preview.view.page == 3
    assert preview.view.drawn(3) is not None
    assert preview.view.drawn(0) is None


def test_both_files_are_written_told_and_recorded(desk, site, preview) -> None:
    desk.click(preview.both)
    files = sorted((site.home / "exports").iterdir())
    assert [file.suffix for file in files] == [".pdf", ".xlsx"]
    assert files[0].read_bytes().startswith(b"%PDF")
    assert files[1].read_bytes().startswith(b"PK")
    told = desk.window.notices.sentences()
    assert all(any(str(file) in sentence for sentence in told) for file in files)
    assert recorded(site) == [
        ("DG-20260305", file.suffix[1:], hashlib.sha256(file.read_bytes()).hexdigest()) for file in files
    ]


def test_a_chosen_folder_is_used(desk, site, preview, tmp_path) -> None:
    preview.export(("pdf",), tmp_path / "U盘")
    desk.settle()
    assert len(list((tmp_path / "U盘").glob("*.pdf"))) == 1
    assert not (site.home / "exports").exists()


def test_printing_keeps_paper_and_orientation_and_is_recorded(desk, site, preview, tmp_path) -> None:
    desk.window.frame.open_paper(
        [documents.daily_sheet(site, site.today()), upright(), replace(upright(), paper=Paper.A3, number="MC-2")]
    )
    desk.settle()
    printer = printing.printer_for(preview.pages)
    printer.setResolution(150)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    preview.print_on(printer)
    desk.settle()
    printed = pypdfium2.PdfDocument(tmp_path / "printed.pdf")
    sizes = [tuple(round(side / 72 * 25.4) for side in printed.get_page_size(n)) for n in range(len(printed))]
    assert len(sizes) == len(preview.pages)
    assert sizes[0] == (297, 210)
    assert sizes[1] == (210, 297)
    assert sizes[-1] == (297, 420)
    bitmap = printed[0].render(scale=0.5).to_pil().convert("L")
    assert sum(bitmap.histogram()[:128]) > 100
    printed.close()
    assert [(number, form) for number, form, _ in recorded(site)] == [
        ("DG-20260305", "print"), ("MC-1", "print"), ("MC-2", "print"),
    ]  # fmt: skip
    assert f"已发送 {len(sizes)} 页" in desk.window.notices.sentences()[-1]


def test_a_preview_leaves_no_seal_and_a_print_leaves_one_for_each_paper(desk, site, preview, tmp_path) -> None:
    def issued() -> list[str]:
        with site.read() as connection:
            return list(connection.execute(select(Seal.number).order_by(Seal.id)).scalars())

    assert issued() == []
    desk.window.frame.open_paper([documents.daily_sheet(site, site.today()), upright()])
    desk.settle()
    shown = preview.pages.content
    printer = printing.printer_for(preview.pages)
    printer.setResolution(72)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    preview.print_on(printer)
    desk.settle()
    assert issued() == ["DG-20260305", "MC-1"]
    assert preview.pages.content == shown, "the preview goes on saying that it is none"
    assert hashlib.sha256(shown).hexdigest() not in {digest for _, _, digest in recorded(site)}


def test_without_a_printer_it_says_so_and_offers_the_pdf(desk, preview) -> None:
    assert printing.printers() == []
    desk.click(preview.print)
    assert "没有安装打印机" in desk.window.notices.sentences()[0]
    desk.click(desk.window.notices.shown[0].buttons[0])
    assert any(".pdf" in sentence for sentence in desk.window.notices.sentences())


def test_escape_goes_back_to_the_page_below(desk, preview) -> None:
    desk.press(Qt.Key.Key_Escape)
    assert desk.window.frame.stack.currentWidget() is desk.window.frame.pages["sign_in"]
    assert preview.pages is None


def test_a_character_without_a_glyph_is_told_and_no_empty_box_is_shown(desk) -> None:
    desk.window.frame.open_paper(upright("王\U0001f9ffX"))
    desk.settle()
    assert desk.window.frame.stack.currentWidget() is desk.window.frame.pages["sign_in"]
    assert len(desk.window.notices.sentences()) == 1
    assert "1F9FF" in desk.window.notices.sentences()[0] or "\U0001f9ff" in desk.window.notices.sentences()[0]
