"""The look: every colour, size and space is a token here, light and dark; no page sets its own.

How a widget asks for its dress (the stylesheet is made from these tokens in `stylesheet.py`):

* buttons: dynamic property `class` = "primary", "danger" or "ghost" (without: secondary); `busy` = true while working;
* labels: `class` = "title" (20 px), "heading" (bold 14), "secondary" (12 px), "figure" (28), "kiosk" (40), "error";
* frames: `class` = "card", "panel", "bar", "chip", "notice"; a widget that is a whole page: `class` = "page";
* tones: `tone` = "fine", "warning", … on chips, notices, figures and labels of `class` "toned";
* shell: object names `rail` (its buttons are checkable QToolButtons) and `topbar`;
* line edits, combos, text edits: property `wrong` = true draws the edge of an error.

Properties are set with `dress(widget, class_=..., busy=...)`, which re-polishes; icons with `set_icon`, so that they
follow the mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QByteArray, QLocale, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from opsdesk import paths
from opsdesk.register import Tone


@dataclass(frozen=True)
class ToneColours:
    """A meaning's colours: words and icons on the window, the quiet tint behind them, the edge of the tint."""

    text: str
    tint: str
    edge: str


@dataclass(frozen=True)
class Colours:
    """All colours of one mode as #rrggbb. Text colours hold AA (4.5:1) on every ground they stand on."""

    dark: bool
    window: str
    surface: str
    sunken: str
    raised: str
    hover: str
    pressed: str
    selected: str
    line: str
    line_strong: str
    text: str
    text_secondary: str
    text_disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    accent_text: str
    danger: str
    danger_hover: str
    danger_pressed: str
    on_danger: str
    skeleton: str
    tones: Mapping[Tone, ToneColours]


LIGHT = Colours(
    dark=False,
    window="#f4f6f6",
    surface="#ffffff",
    sunken="#eceff0",
    raised="#ffffff",
    hover="#eff3f3",
    pressed="#e2e8e8",
    selected="#dcebea",
    line="#dfe4e4",
    line_strong="#828d8e",
    text="#1b2425",
    text_secondary="#55605f",
    text_disabled="#8b9695",
    accent="#0f5c5c",
    accent_hover="#0c4f4f",
    accent_pressed="#093f3f",
    on_accent="#ffffff",
    accent_text="#0f5c5c",
    danger="#ad2a1f",
    danger_hover="#96231a",
    danger_pressed="#7d1c14",
    on_danger="#ffffff",
    skeleton="#e6eaea",
    tones={
        Tone.FINE: ToneColours("#1e6232", "#e4f2e7", "#bcdcc4"),
        Tone.WARNING: ToneColours("#7d4a00", "#fcf0d9", "#ecd3a0"),
        Tone.BROKEN: ToneColours("#a1261c", "#fbe7e4", "#eec0ba"),
        Tone.AWAY: ToneColours("#5b418f", "#eee9f8", "#d2c6ea"),
        Tone.INFORMATION: ToneColours("#1d5288", "#e4eff9", "#bdd5ec"),
        Tone.NEUTRAL: ToneColours("#4c5756", "#ebefef", "#d3dada"),
    },
)

DARK = Colours(
    dark=True,
    window="#131819",
    surface="#1a2122",
    sunken="#0f1414",
    raised="#222a2b",
    hover="#232c2d",
    pressed="#2d3839",
    selected="#1d3d3d",
    line="#2c3637",
    line_strong="#728081",
    text="#e6ecec",
    text_secondary="#a3b0b0",
    text_disabled="#6d7979",
    accent="#4fb3ad",
    accent_hover="#67c3bd",
    accent_pressed="#3f9f99",
    on_accent="#06201f",
    accent_text="#6cc6c0",
    danger="#f08a7e",
    danger_hover="#f4a097",
    danger_pressed="#dd7468",
    on_danger="#2a0805",
    skeleton="#283132",
    tones={
        Tone.FINE: ToneColours("#86d09a", "#1a3322", "#2b5237"),
        Tone.WARNING: ToneColours("#e9b75c", "#382a10", "#5c461d"),
        Tone.BROKEN: ToneColours("#f5a097", "#401e1a", "#66322c"),
        Tone.AWAY: ToneColours("#c3aff0", "#2d2542", "#4a3d6b"),
        Tone.INFORMATION: ToneColours("#8fc0ee", "#182c40", "#284a6a"),
        Tone.NEUTRAL: ToneColours("#b4c0c0", "#283132", "#3c4849"),
    },
)

TONE_ICONS: Mapping[Tone, str] = {
    Tone.FINE: "circle-check",
    Tone.WARNING: "triangle-alert",
    Tone.BROKEN: "circle-x",
    Tone.AWAY: "calendar-off",
    Tone.INFORMATION: "info",
    Tone.NEUTRAL: "circle-dashed",
}

SPACES = (4, 8, 12, 16, 24, 32)
RADIUS = 6
ROW_HEIGHT = 36
KIOSK_ROW_HEIGHT = 56
CONTROL_HEIGHT = 32
PANEL_WIDTH = 420
RAIL_WIDTH = 184
RAIL_FOLDED = 56
TOP_BAR_HEIGHT = 48
TEXT_SIZE = 14
SECONDARY_SIZE = 12
TITLE_SIZE = 20
FIGURE_SIZE = 28
KIOSK_SIZE = 40
ICON_SIZE = 16

FAMILY = "Noto Sans SC"
RARE_FAMILIES = ("HanaMinA", "HanaMinB")
_FACES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")


@dataclass
class _Worn:
    """What the program wears now; one process has one look."""

    colours: Colours = LIGHT
    scale: float = 1.0
    faces: bool = False
    rare_faces: bool = False


_worn = _Worn()


def apply(app: QApplication, *, dark: bool, scale: float = 1.0) -> None:
    """Dress the whole program; may be called again at any time to change mode.

    `scale` enlarges text and controls (1.0 = the look's own sizes); widgets made before keep their old spaces.
    """
    from opsdesk.ui.kit.stylesheet import stylesheet

    _worn.colours = DARK if dark else LIGHT
    _worn.scale = scale
    _load_faces()
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    app.setStyle("Fusion")
    app.setPalette(_palette(_worn.colours))
    app.setFont(font())
    app.setStyleSheet(stylesheet(_worn.colours, px))
    for widget in app.allWidgets():
        if name := widget.property("icon_name"):
            set_icon(widget, name, widget.property("icon_ground") or "")
        QWidget.update(widget)
    if not _worn.rare_faces:
        QTimer.singleShot(1500, app, load_rare_characters)  # 25 ms that the first window need not wait for


def colours() -> Colours:
    """The colours worn now."""
    return _worn.colours


def px(length: float) -> int:
    """A length of the look in pixels at the chosen scale."""
    return round(length * _worn.scale)


def font(size: int = TEXT_SIZE, *, bold: bool = False, tabular: bool = False) -> QFont:
    """The family at `size` px; `tabular` gives all figures the same width (times, money)."""
    chosen = QFont([FAMILY, *RARE_FAMILIES])
    chosen.setPixelSize(px(size))
    chosen.setBold(bold)
    if tabular:
        chosen.setFeature(QFont.Tag("tnum"), 1)
    return chosen


def load_rare_characters() -> None:
    """Add the fallback faces of rare names (Ext B and later); once, a moment after the start."""
    if not _worn.rare_faces:
        _worn.rare_faces = True
        for face in sorted((paths.resources() / "fonts").glob("HanaMin*.ttf")):
            QFontDatabase.addApplicationFont(str(face))


def dress(widget: QWidget, **properties: Any) -> None:
    """Set stylesheet properties (`class_="primary"`, `busy=True`) and show their effect."""
    changed = False
    for key, value in properties.items():
        name = key.rstrip("_")
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        QWidget.update(widget)


def icon(name: str, tone: Tone | None = None) -> QIcon:
    """An icon of resources/icons in the secondary text colour or a tone's; an unknown name raises FileNotFoundError."""
    return coloured_icon(name, _worn.colours.tones[tone].text if tone else _worn.colours.text_secondary)


def pixmap(name: str, colour: str, size: int = ICON_SIZE, ratio: float = 1.0) -> QPixmap:
    """An icon drawn in `colour` at `size` px for a screen of `ratio` device pixels."""
    return coloured_icon(name, colour).pixmap(QSize(px(size), px(size)), ratio)


@lru_cache(maxsize=512)
def coloured_icon(name: str, colour: str) -> QIcon:
    """An icon in any colour; sharp at 16 to 48 px and on screens of 100 to 300 %."""
    from PySide6.QtSvg import QSvgRenderer

    made = QIcon()
    source = _icon_source(name)
    for mode, ink in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, _worn.colours.text_disabled)):
        renderer = QSvgRenderer(QByteArray(source.replace("currentColor", ink).encode()))
        for size in (16, 20, 24, 32, 40, 48):
            image = QPixmap(size, size)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            renderer.render(painter)
            painter.end()
            made.addPixmap(image, mode)
    return made


def set_icon(widget: QWidget, name: str, ground: str = "") -> None:
    """Give a button or label an icon that follows the mode.

    `ground` is what it stands on: "" (window), "accent", "danger", "link", or a tone's value ("fine", …).
    Without a name the icon is taken away. A widget whose property `icon_size` is set has icons of that size.
    """
    c = _worn.colours
    inks = {"": c.text_secondary, "accent": c.on_accent, "danger": c.on_danger, "link": c.accent_text}
    ink = inks.get(ground) or c.tones[Tone(ground)].text
    widget.setProperty("icon_name", name)
    widget.setProperty("icon_ground", ground)
    own = widget.property("icon_size")
    size = int(own or ICON_SIZE)
    if isinstance(widget, QAbstractButton):
        widget.setIcon(coloured_icon(name, ink) if name else QIcon())
        widget.setIconSize(QSize(px(size + 4 if widget.text() and not own else size), px(size)))  # 4 px off the word
    elif isinstance(widget, QLabel):
        widget.setPixmap(pixmap(name, ink, size, widget.devicePixelRatioF()))


@lru_cache(maxsize=128)
def _icon_source(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text("utf-8")


def _load_faces() -> None:
    if not _worn.faces:
        _worn.faces = True
        for face in _FACES:
            if (file := paths.resources() / "fonts" / face).is_file():
                QFontDatabase.addApplicationFont(str(file))


def _palette(c: Colours) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    made = QPalette()
    for where, colour in (
        (role.Window, c.window),
        (role.Base, c.surface),
        (role.AlternateBase, c.hover),
        (role.Button, c.surface),
        (role.ToolTipBase, c.raised),
        (role.WindowText, c.text),
        (role.Text, c.text),
        (role.ButtonText, c.text),
        (role.ToolTipText, c.text),
        (role.PlaceholderText, c.text_secondary),
        (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent),
        (role.Link, c.accent_text),
        (role.LinkVisited, c.accent_text),
        (role.Accent, c.accent),
        (role.Mid, c.line),
        (role.Dark, c.line_strong),
        (role.Light, c.surface),
    ):
        made.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(group.Disabled, where, QColor(c.text_disabled))
    return made
