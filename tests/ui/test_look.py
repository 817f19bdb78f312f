from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics, QRawFont
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from opsdesk import paths
from opsdesk.register import Tone
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import primary_button
from opsdesk.ui.kit.stylesheet import stylesheet

MODES = [look.LIGHT, look.DARK]


def contrast(a: str, b: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("c", MODES, ids=["light", "dark"])
def test_every_text_holds_aa_on_every_ground_it_stands_on(c: look.Colours) -> None:
    grounds = {
        key: getattr(c, key) for key in ["window", "surface", "sunken", "raised", "hover", "pressed", "selected"]
    }
    pairs = {(ink, key): (getattr(c, ink), ground) for ink in ("text", "text_secondary", "accent_text")
             for key, ground in grounds.items()}  # fmt: skip
    for ground in ("accent", "accent_hover", "accent_pressed"):
        pairs["on_accent", ground] = (c.on_accent, getattr(c, ground))
    for ground in ("danger", "danger_hover", "danger_pressed"):
        pairs["on_danger", ground] = (c.on_danger, getattr(c, ground))
    for ground in ("surface", "window", "hover", "pressed"):
        pairs["danger", ground] = (c.danger, getattr(c, ground))
    for tone, made in c.tones.items():
        pairs[tone.value, "tint"] = (made.text, made.tint)
        pairs["text", f"{tone.value} tint"] = (c.text, made.tint)
        pairs["accent_text", f"{tone.value} tint"] = (c.accent_text, made.tint)
        for ground in ("surface", "window", "raised"):
            pairs[tone.value, ground] = (made.text, getattr(c, ground))
    poor = {pair: round(contrast(*inks), 2) for pair, inks in pairs.items() if contrast(*inks) < 4.5}
    assert not poor


@pytest.mark.parametrize("c", MODES, ids=["light", "dark"])
def test_edges_of_inputs_and_focus_rings_can_be_seen(c: look.Colours) -> None:
    for edge in (c.line_strong, c.accent):
        for ground in (c.surface, c.window, c.raised):
            assert contrast(edge, ground) >= 3


def test_both_modes_name_every_tone_and_every_tone_has_an_icon() -> None:
    for c in MODES:
        assert set(c.tones) == set(Tone)
    for name in look.TONE_ICONS.values():
        assert (paths.resources() / "icons" / f"{name}.svg").is_file()


def test_sizes_are_those_of_the_look() -> None:
    assert (look.TEXT_SIZE, look.SECONDARY_SIZE, look.TITLE_SIZE, look.FIGURE_SIZE, look.KIOSK_SIZE) == (
        14,
        12,
        20,
        28,
        40,
    )
    assert (look.ROW_HEIGHT, look.KIOSK_ROW_HEIGHT, look.RADIUS, look.PANEL_WIDTH) == (36, 56, 6, 420)
    assert all(space % 4 == 0 for space in look.SPACES)


@pytest.mark.parametrize("c", MODES, ids=["light", "dark"])
def test_stylesheet_is_whole_and_its_pictures_wear_the_tokens(c: look.Colours) -> None:
    sheet = stylesheet(c, round)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    pictures = set(re.findall(r'url\("([^"]+)"\)', sheet))
    assert pictures
    for picture in pictures:
        drawn = (paths.resources() / "icons" / ("dark" if c.dark else "light") / picture.rsplit("/", 1)[1]).read_text()
        assert f'stroke="{c.on_accent if picture.endswith("/check.svg") else c.text_secondary}"' in drawn


def test_every_icon_can_be_drawn_and_takes_its_colour(qapp: QApplication) -> None:
    for file in (paths.resources() / "icons").glob("*.svg"):
        drawn = look.coloured_icon(file.stem, "#ff0000").pixmap(QSize(16, 16)).toImage()
        inks = [drawn.pixelColor(x, y) for x in range(16) for y in range(16)]
        assert any(ink.alpha() > 100 for ink in inks), file.name
        assert all(ink.green() == ink.blue() == 0 for ink in inks if ink.alpha() > 100), file.name
    assert (paths.resources() / "icons" / "LICENSE-lucide.txt").read_text().startswith("ISC License")


def test_an_unknown_icon_is_a_bug(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        look.icon("no-such-icon")


def test_family_is_the_one_of_the_paper_and_figures_have_one_width(qapp: QApplication) -> None:
    font = look.font(tabular=True)
    assert QRawFont.fromFont(font).familyName() == "Noto Sans SC"
    assert len({QFontMetrics(font).horizontalAdvance(figure) for figure in "0123456789"}) == 1


def test_rare_name_characters_have_glyphs(qapp: QApplication) -> None:
    look.load_rare_characters()
    rare = look.font()
    rare.setFamilies(["HanaMinB"])
    assert QRawFont.fromFont(rare).supportsCharacter(0x20164)


def test_dark_and_back_changes_windows_and_icons_that_are_open(qapp: QApplication, qtbot) -> None:
    button, words, large = primary_button("签到", "log-in"), QLabel("文字"), primary_button("设置")
    large.setProperty("icon_size", 18)
    look.set_icon(large, "settings")
    for widget in (button, words, large):
        qtbot.addWidget(widget)
        widget.show()
    sizes = button.iconSize(), large.iconSize()
    light = button.icon().pixmap(16, 16).toImage()
    try:
        look.apply(qapp, dark=True)
        assert words.palette().windowText().color().name() == look.DARK.text
        assert button.icon().pixmap(16, 16).toImage() != light
        assert (button.iconSize(), large.iconSize()) == sizes
        assert large.iconSize().height() == look.px(18)
        ground = words.grab().toImage().pixelColor(0, 0).name()
        assert contrast(ground, look.DARK.text) > 4.5
    finally:
        look.apply(qapp, dark=False)
    assert button.icon().pixmap(16, 16).toImage() == light


def test_scale_enlarges_text_and_controls(qapp: QApplication, qtbot) -> None:
    try:
        look.apply(qapp, dark=False, scale=1.5)
        button = QPushButton("保存")
        qtbot.addWidget(button)
        button.ensurePolished()
        assert look.px(36) == 54
        assert qapp.font().pixelSize() == 21
        assert button.sizeHint().height() == 47  # 45 px inside its lines
    finally:
        look.apply(qapp, dark=False)
    assert look.px(36) == 36


def test_void_calls_do_not_wear_out_none(qapp: QApplication, qtbot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    for _ in range(100_000):
        label.setEnabled(True)
        label.setToolTip("")
        label.update()
    import sys

    assert sys.getrefcount(None) > 1000  # a leak of one reference a call would have killed the interpreter
