"""The one stylesheet, made from the tokens of `look.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from string import Template

from opsdesk import paths
from opsdesk.register import Tone
from opsdesk.ui.kit.look import Colours


def stylesheet(colours: Colours, px: Callable[[float], int]) -> str:
    """The program's stylesheet in the given colours, every length put through `px` (written ${n12} for 12 px)."""
    words = {key: value for key, value in asdict(colours).items() if isinstance(value, str)}
    words |= {f"n{length}": f"{px(length)}px" for length in _LENGTHS}
    words["broken"] = colours.tones[Tone.BROKEN].text
    words["icons"] = (paths.resources() / "icons" / ("dark" if colours.dark else "light")).as_posix()
    return Template(_SHEET).substitute(words) + "".join(_tone_rules(tone, colours) for tone in Tone)


def _tone_rules(tone: Tone, colours: Colours) -> str:
    made = colours.tones[tone]
    at = f'[tone="{tone.value}"]'
    return (
        f'QFrame[class="notice"]{at}, QFrame[class="chip"]{at} {{\n'
        f"  background: {made.tint}; border-color: {made.edge}; }}\n"
        f'QFrame[class="chip"]{at} QLabel {{ color: {made.text}; }}\n'
        f'QLabel[class="figure"]{at}, QLabel[class="kiosk"]{at} {{\n'
        f"  color: {colours.text if tone is Tone.NEUTRAL else made.text}; }}\n"
        f'QLabel[class="toned"]{at} {{ color: {made.text}; }}\n'
    )


_LENGTHS = (0, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 30, 32, 34, 36, 40, 46, 48, 62, 64, 72)

_SHEET = """
QWidget { color: $text; font-size: $n14; }
QMainWindow, QDialog, QWidget[class="page"], QWidget[class="pages"] { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $line_strong; padding: $n4 $n8; }

QLabel, QCheckBox, QRadioButton { background: transparent; }
QLabel[class="title"] { font-size: $n20; font-weight: bold; }
QLabel[class="heading"] { font-weight: bold; }
QLabel[class="secondary"] { font-size: $n12; color: $text_secondary; }
QLabel[class="state"] { color: $text_secondary; }
QLabel[class="error"] { font-size: $n12; color: $broken; }
QLabel[class="figure"] { font-size: $n28; font-weight: bold; }
QLabel[class="kiosk"] { font-size: $n40; font-weight: bold; }
QLabel[class="kiosk_text"] { font-size: $n18; }
QLabel[class="kiosk_clock"] { font-size: $n72; font-weight: bold; }

QFrame[class="card"] { background: $surface; border: 1px solid $line; border-radius: $n6; }
QFrame[class="panel"] { background: $surface; border: none; border-left: 1px solid $line; }
QFrame[class="panel"][floating="true"] { border: 1px solid $line; border-radius: $n6; }
QFrame[class="separator"] { background: $line; border: none; }
QFrame[class="bar"] { background: $surface; border: none; border-bottom: 1px solid $line; }

QPushButton, QToolButton, QCheckBox, QRadioButton, QTabBar::tab { outline: none; }
QPushButton { background: $surface; border: 1px solid $line_strong; border-radius: $n6;
  padding: 0 $n12; min-height: $n30; max-height: $n30; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:checked { background: $selected; border-color: $accent; }
QPushButton:focus { border: 2px solid $accent; padding: 0 11px; min-height: $n28; max-height: $n28; }
QPushButton:disabled { color: $text_disabled; background: $window; border-color: $line; }
QPushButton[class="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: bold; }
QPushButton[class="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[class="primary"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
QPushButton[class="primary"]:focus { border: 2px solid $text; }
QPushButton[class="primary"]:disabled { background: $sunken; color: $text_disabled; border-color: $line; }
QPushButton[class="danger"] { background: $surface; color: $danger; border: 1px solid $danger; }
QPushButton[class="danger"]:hover { background: $hover; }
QPushButton[class="danger"]:focus { border: 2px solid $danger; }
QPushButton[class="danger"]:pressed { background: $pressed; }
QPushButton[class="danger"]:disabled { color: $text_disabled; border-color: $line; background: $window; }
QPushButton[class="danger-fill"] { background: $danger; color: $on_danger; border: 1px solid $danger;
  font-weight: bold; }
QPushButton[class="danger-fill"]:hover { background: $danger_hover; }
QPushButton[class="danger-fill"]:pressed { background: $danger_pressed; }
QPushButton[class="danger-fill"]:focus { border: 2px solid $text; }
QPushButton[class="ghost"] { background: transparent; border: 1px solid transparent; padding: 0 $n8; }
QPushButton[class="ghost"]:hover { background: $hover; }
QPushButton[class="ghost"]:pressed { background: $pressed; }
QPushButton[class="ghost"]:focus { border: 2px solid $accent; padding: 0 $n7; }
QPushButton[class="ghost"]:disabled { color: $text_disabled; background: transparent; }
QPushButton[class="link"] { background: transparent; border: 1px solid transparent; color: $accent_text; padding: 0 $n4;
  font-weight: bold; min-height: $n22; max-height: $n22; }
QPushButton[class="link"]:hover { background: $hover; }
QPushButton[class="link"]:pressed { background: $pressed; }
QPushButton[class="link"]:disabled { color: $text_disabled; background: transparent; }
QPushButton[class="link"]:focus { border: 2px solid $accent; padding: 0 $n3; min-height: $n20; max-height: $n20; }
QPushButton[class="icon"] { background: transparent; border: 1px solid transparent; padding: 0;
  min-width: $n30; max-width: $n30; }
QPushButton[class="icon"]:hover { background: $hover; }
QPushButton[class="icon"]:pressed { background: $pressed; }
QPushButton[class="icon"]:focus { border: 2px solid $accent; min-width: $n28; max-width: $n28; }
QPushButton[busy="true"] { background: $sunken; color: $text_secondary; border-color: $line; }
QPushButton::menu-indicator { image: url("$icons/chevron-down.svg"); width: $n14; height: $n14;
  subcontrol-position: right center; subcontrol-origin: padding; right: $n8; }
QPushButton[menu="true"] { padding-right: $n28; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: $n6; padding: $n3; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $selected; }
QToolButton:focus { border: 2px solid $accent; padding: $n2; }

QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextEdit { background: $surface; color: $text;
  border: 1px solid $line_strong; border-radius: $n6; selection-background-color: $accent;
  selection-color: $on_accent; placeholder-text-color: $text_secondary; }
QLineEdit, QAbstractSpinBox { padding: 0 $n8; min-height: $n30; max-height: $n30; }
QLineEdit[class="big"] { font-size: $n18; padding: 0 $n14; min-height: $n46; max-height: $n46; }
QLineEdit[class="kiosk"] { font-size: $n24; padding: 0 $n18; min-height: $n62; max-height: $n62; }
QComboBox { padding: 0 0 0 $n10; min-height: $n30; max-height: $n30; }
QPlainTextEdit, QTextEdit { padding: $n4; }
QLineEdit:hover, QComboBox:hover, QAbstractSpinBox:hover, QPlainTextEdit:hover { border-color: $text_secondary; }
QLineEdit:focus, QAbstractSpinBox:focus { border: 2px solid $accent; padding: 0 $n7;
  min-height: $n28; max-height: $n28; }
QComboBox:focus { border: 2px solid $accent; min-height: $n28; max-height: $n28; padding-left: 9px; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $accent; padding: $n3; }
QLineEdit:read-only, QPlainTextEdit[readOnly="true"] { background: $sunken; border-color: $line; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled, QPlainTextEdit:disabled { background: $sunken;
  color: $text; border-color: $line; }
QLineEdit[wrong="true"], QComboBox[wrong="true"], QPlainTextEdit[wrong="true"], QAbstractSpinBox[wrong="true"] {
  border-color: $broken; }
QComboBox QLineEdit, QAbstractSpinBox QLineEdit { border: none; padding: 0; background: transparent; min-height: 0; }
QComboBox::drop-down { border: none; width: $n28; }
QComboBox::down-arrow { image: url("$icons/chevron-down.svg"); width: $n16; height: $n16; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line_strong; border-radius: 0; padding: $n4;
  outline: 0;
  selection-background-color: $selected; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: $n28; padding: 0 $n6; border-radius: $n4; color: $text; }
QComboBox QAbstractItemView::item:selected { background: $selected; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: $n20; background: transparent; }
QAbstractSpinBox::up-arrow { image: url("$icons/chevron-up.svg"); width: $n12; height: $n12; }
QAbstractSpinBox::down-arrow { image: url("$icons/chevron-down.svg"); width: $n12; height: $n12; }

QCheckBox, QRadioButton { spacing: $n8; min-height: $n24; border: 1px solid transparent; border-radius: $n4; }
QCheckBox::indicator { width: $n16; height: $n16; border: 1px solid $line_strong; border-radius: $n4;
  background: $surface; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/check.svg"); }
QCheckBox:focus { border-color: $accent; }
QCheckBox::indicator:disabled { background: $sunken; border-color: $line; }
QCheckBox::indicator:checked:disabled { background: $text_disabled; border-color: $text_disabled; }
QCheckBox:disabled, QRadioButton:disabled { color: $text_disabled; }
QRadioButton::indicator { width: $n16; height: $n16; border: 1px solid $line_strong; border-radius: $n8;
  background: $surface; }
QRadioButton::indicator:checked { border: 5px solid $accent; width: $n8; height: $n8; }
QRadioButton:focus { border-color: $accent; }

QTableView { background: $surface; border: 1px solid $line; border-radius: $n6; outline: 0; gridline-color: $line;
  selection-background-color: $selected; selection-color: $text; }
QTableView:focus { border-color: $accent; }
QTableView[class="inside"] { border: none; border-radius: 0; }
QTableWidget::item { padding: 0 $n7; border-bottom: 1px solid $line; }
QTableWidget::item:selected { background: $selected; color: $text; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: $surface; color: $text_secondary; font-size: $n12; font-weight: bold; border: none;
  border-bottom: 1px solid $line; padding: 0 $n10; min-height: $n32; }
QHeaderView::section:hover { background: $hover; }
QTableCornerButton::section { background: $surface; border: none; }
QListView, QTreeView { background: $surface; border: 1px solid $line; border-radius: $n6; outline: 0; }
QListView::item, QTreeView::item { min-height: $n32; padding: 0 $n8; border-radius: $n4; }
QListView::item:hover, QTreeView::item:hover { background: $hover; }
QListView::item:selected, QTreeView::item:selected { background: $selected; color: $text; }

QScrollArea { background: transparent; border: none; }
QWidget[class="scrolled"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: $n12; margin: 0; }
QScrollBar:horizontal { background: transparent; height: $n12; margin: 0; }
QScrollBar::handle { background: $line_strong; border-radius: $n3; margin: $n3; }
QScrollBar::handle:vertical { min-height: $n32; }
QScrollBar::handle:horizontal { min-width: $n32; }
QScrollBar::handle:hover { background: $text_secondary; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QMenu { background: $raised; border: 1px solid $line_strong; padding: $n4; }
QMenu::item { padding: $n6 $n24 $n6 $n8; border-radius: $n4; min-height: $n20; }
QMenu::icon { padding-left: $n8; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $text_disabled; }
QMenu::separator { height: 1px; background: $line; margin: $n4 $n8; }

QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $text_secondary; border: none; border-bottom: 2px solid transparent;
  padding: $n8 $n12; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; font-weight: bold; }
QTabBar::tab:focus { color: $accent_text; }

QProgressBar { background: $sunken; border: none; border-radius: $n2; max-height: $n4; min-height: $n4; }
QProgressBar::chunk { background: $accent; border-radius: $n2; }

QCalendarWidget QWidget#qt_calendar_navigationbar { background: $raised; border-bottom: 1px solid $line; }
QCalendarWidget QToolButton { min-height: $n24; font-weight: bold; }
QCalendarWidget QToolButton#qt_calendar_prevmonth { qproperty-icon: url("$icons/chevron-left.svg"); }
QCalendarWidget QToolButton#qt_calendar_nextmonth { qproperty-icon: url("$icons/chevron-right.svg"); }
QCalendarWidget QToolButton::menu-indicator { image: none; }
QCalendarWidget QAbstractItemView { background: $raised; border: none; border-radius: 0;
  selection-background-color: $accent; selection-color: $on_accent; }
QCalendarWidget QAbstractItemView:disabled { color: $text_disabled; }
QFrame#calendar { background: $raised; border: 1px solid $line_strong; }

QFrame[class="chip"] { border: 1px solid $line; border-radius: 11px; }
QFrame[class="chip"] QLabel { font-size: $n12; }
QFrame[class="notice"] { border: 1px solid $line; border-radius: $n6; background: $surface; }

#rail { background: $surface; border: none; border-right: 1px solid $line; }
#rail QToolButton { text-align: left; color: $text; border: 1px solid transparent; border-radius: $n6;
  padding: 0 $n10; min-height: $n34; max-height: $n34; margin: 0 $n8; }
#rail QToolButton:hover { background: $hover; }
#rail QToolButton:pressed { background: $pressed; }
#rail QToolButton:checked { background: $selected; color: $accent_text; font-weight: bold; }
#rail QToolButton:focus { border: 2px solid $accent; }
#rail QLabel[class="count"] { background: $sunken; color: $text_secondary; font-size: $n12; border-radius: $n8;
  padding: 0 $n6; min-height: $n16; }
#topbar { background: $surface; border: none; border-bottom: 1px solid $line; }
#topbar QLabel[class="clock"] { font-weight: bold; }
QSplitter::handle { background: $line; }
"""
