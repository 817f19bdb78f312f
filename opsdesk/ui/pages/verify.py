"""设置 · 校验: is a form that came back exactly what the record holds today, changed since, or none of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsdesk.exports.document import Document
from opsdesk.register import Chip, Column, Kind, Row, Tone
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.health import Whole
from opsdesk.services.seals import Checked, Finding, Issue
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Fault, Progress
from opsdesk.ui.kit.parts import Card, ChipLabel, PageTitle, label, primary_button, secondary_button
from opsdesk.ui.kit.record_table import RecordTable

Check = Callable[[Context, str], Checked]
CheckFile = Callable[[Context, Path], Sequence[Checked]]
Anew = Callable[[Context, str], Sequence[Document]]
CheckAll = Callable[[Context, Progress], Whole | None]

TONES = {
    Finding.SAME: Tone.FINE,
    Finding.CHANGED: Tone.WARNING,
    Finding.UNMADE: Tone.INFORMATION,
    Finding.TOUCHED: Tone.BROKEN,
    Finding.MISTYPED: Tone.WARNING,
    Finding.UNKNOWN: Tone.BROKEN,
    Finding.ALTERED: Tone.BROKEN,
}
MADE_ANEW = frozenset({Finding.SAME, Finding.CHANGED, Finding.TOUCHED})
FORMS = (
    Column("title", "表", width=0),
    Column("number", "编号", Kind.CODE, 168),
    Column("code", "校验码", Kind.CODE, 200),
    Column("state", "结果", Kind.CHIP, 144),
)
PLACES = (Column("place", "表上的位置", width=320), Column("today", "今日的记录", width=0))
ASKED = "扫描二维码，或输入表右下角的校验码，按回车"
WHAT = "每张打印或导出的表右下角都有校验码。扫码、手工输入都可以，大小写、短横、全角不论；也可以把导出的文件拖到这里。"
READY = "等待校验"
COMPARE = "再输入最近一张日结单的校验码：显示“链首相符”，就是那以前没有被整段改写过。"
MEND = "请到“设置 · 备份”修复，或从备份恢复。"
BESIDE = "记录本身相符，不用恢复。备份坏了的，请另做一份；附件不见了的，请从备份旁边的文件夹找回。"
MOST_FINDINGS = 20
FILES = "本系统写出的表 (*.pdf *.xlsx);;所有文件 (*)"


class VerifyPage(QWidget):
    """One field that takes a scan gun or typing, and files by drop or choice; the answer stands in large words below.

    `check` and `check_file` look a form up; a file with several forms lists them, and the one chosen is told below.
    `check_all` looks through everything that the data folder holds, `anew` makes a form from the record of today.
    """

    def __init__(
        self, ctx: Context, desk: Desk, check: Check, check_file: CheckFile, check_all: CheckAll, anew: Anew
    ) -> None:
        super().__init__()
        self._check_all, self._anew = check_all, anew
        self._ctx, self._desk, self._check, self._check_file = ctx, desk, check, check_file
        self.found: Sequence[Checked] = ()
        self._issue: Issue | None = None
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.title = PageTitle("校验")
        self.choose = secondary_button("选择文件…", "folder-open")
        self.whole = secondary_button("核对全部数据", "database")
        self.whole.setToolTip("数据库、审计链、备份和附件全部核对一遍")
        self.title.add_action(self.whole)
        self.title.add_action(self.choose)
        self.field = QLineEdit()
        self.field.setPlaceholderText(ASKED)
        self.field.setAccessibleName("校验码")
        self.field.setClearButtonEnabled(True)
        self.field.setProperty("class", "big")
        # Scan guns lose characters under an input method; a code needs none.
        self.field.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.button = primary_button("校验", "shield-check")
        self.headline = label("", "figure")
        self.sentence = label("", wraps=True)
        self.facts = label("", "secondary", wraps=True)
        self.chip = ChipLabel("")
        self.look = secondary_button("按今日的记录看这张表", "eye")
        self.look.setToolTip("打开来和纸面对照")
        self.forms, self.places = RecordTable(FORMS), RecordTable(PLACES)
        self._lay_out()
        self.field.returnPressed.connect(self.submit)
        self.field.installEventFilter(self)
        self.button.clicked.connect(self.submit)
        self.choose.clicked.connect(self.ask_file)
        self.whole.clicked.connect(self.verify_all)
        self.look.clicked.connect(self.open_anew)
        self.forms.chosen.connect(self._show_chosen)
        self.forget()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.forget()

    def focus_first(self) -> None:
        """Put the cursor where a code is typed; the next one takes the place of the last."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def forget(self) -> None:
        """Nothing is checked yet."""
        self.field.clear()
        self._show_all(())
        self._tell(READY, WHAT, Tone.NEUTRAL)

    def submit(self) -> None:
        """Check what stands in the field."""
        if text := self.field.text().strip():
            self.verify(text)

    def verify(self, text: str) -> None:
        """Check a code as typed or what a QR code says."""
        ctx, check = self._ctx, self._check
        self.field.setText(text)
        self.field.selectAll()
        self._desk.operations.run(
            lambda: (check(ctx, text),),
            done=self._show_all,
            failed=self._fail,
            owner=self,
            busy=self.button,
            replaces="check",
        )

    def ask_file(self) -> None:
        """Let the user choose a file."""
        name, _ = QFileDialog.getOpenFileName(self, "选择要校验的文件", str(self._ctx.home / "exports"), FILES)
        if name:
            self.take_file(Path(name))

    def take_file(self, path: Path) -> None:
        """Check every form of a file."""
        self.field.clear()
        self._desk.operations.run(
            partial(self._check_file, self._ctx, path),
            done=self._show_all,
            failed=self._fail,
            owner=self,
            busy=self.choose,
            replaces="check",
        )

    def verify_all(self) -> None:
        """Look through everything: database, audit chain, backups and attachments."""
        self.field.clear()
        self._desk.operations.run_long(
            partial(self._check_all, self._ctx),
            "正在核对全部数据",
            done=self._show_whole,
            failed=self._fail,
            owner=self,
            busy=self.whole,
            beside=True,
        )

    def open_anew(self) -> None:
        """Open the form that is told of as the record makes it today, to be laid beside the paper."""
        if self._issue is not None:
            self._desk.operations.run(
                partial(self._anew, self._ctx, self._issue.code),
                done=self._desk.open_paper,
                owner=self,
                busy=self.look,
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 — Qt's name
        """Esc empties the field and the answer."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.forget()
            return True
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 — Qt's name
        """Take one file from this computer."""
        if len(urls := event.mimeData().urls()) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 — Qt's name
        """Check the file that was dropped."""
        event.acceptProposedAction()
        self.take_file(Path(event.mimeData().urls()[0].toLocalFile()))

    def _show_all(self, found: Sequence[Checked]) -> None:
        self.found = found
        self.forms.setVisible(len(found) > 1)
        self.forms.set_rows([_form(place, each) for place, each in enumerate(found)] if len(found) > 1 else [])
        self.places.setVisible(False)
        self.chip.setVisible(False)
        self.look.setVisible(False)
        self.facts.setText("")
        if found:
            worst = max(range(len(found)), key=lambda place: list(TONES).index(found[place].finding))
            self._show(found[worst])
            if len(found) > 1:
                self.forms.choose(worst)

    def _show_whole(self, whole: Whole | None) -> None:
        if whole is None:
            return
        self._show_all(())
        self.facts.setText("\n".join(whole.findings[:MOST_FINDINGS]))
        if not whole.findings:
            said = f"数据库、附件和备份完好，审计链 {whole.links:,} 条前后相符。{COMPARE}"
            self._tell("全部相符", said, Tone.FINE)
        else:
            more = f"，下面是前 {MOST_FINDINGS} 处" if len(whole.findings) > MOST_FINDINGS else ""
            remedy = MEND if whole.record else BESIDE
            said = f"发现 {len(whole.findings):,} 处问题{more}。{remedy}"
            self._tell("有问题", said, Tone.BROKEN)
            self._desk.bus.announce({"backup"})

    def _show_chosen(self, row: Row | None) -> None:
        if row is not None and len(self.found) > 1:
            self._show(self.found[row.id])

    def _show(self, each: Checked) -> None:
        tone = TONES[each.finding]
        self._tell(str(each.finding), each.sentence, tone)
        kept, since = each.issue, each.since
        told = []
        if kept is not None:
            named = "　".join(part for part in (kept.title, kept.number, kept.period) if part)
            told = [
                f"{named}（{kept.form}）",
                f"{kept.issued_at:%Y-%m-%d %H:%M} 由{kept.issued_by}签发，校验码 {kept.code}。",
            ]
        told += [since.sentence] if since else []
        self.facts.setText("\n".join([*told, *each.history, *([each.file] if each.file else [])]))
        self._issue = kept
        self.look.setVisible(kept is not None and each.finding in MADE_ANEW)
        self.chip.setVisible(since is not None)
        if since is not None:
            self.chip.set_chip("链首相符" if since.holds else "链首不符", Tone.FINE if since.holds else Tone.BROKEN)
        rows = [Row(n, {"place": one.place, "today": one.today}) for n, one in enumerate(each.differences)]
        self.places.set_rows(rows)
        self.places.setVisible(bool(rows))

    def _fail(self, error: Refusal | Trouble) -> None:
        self._show_all(())
        if not isinstance(error, Fault):
            tone = Tone.WARNING if isinstance(error, Refusal) else Tone.BROKEN
            self._tell("没有校验", f"{error}{getattr(error, 'remedy', '')}", tone)

    def _tell(self, headline: str, sentence: str, tone: Tone) -> None:
        self.headline.setText(headline)
        look.dress(self.headline, tone=tone.value)
        self.sentence.setText(sentence)

    def _lay_out(self) -> None:
        asked = QHBoxLayout()
        asked.setSpacing(look.px(12))
        asked.addWidget(self.field, 1)
        asked.addWidget(self.button)
        answer = Card()
        head = QHBoxLayout()
        head.setSpacing(look.px(12))
        head.addWidget(self.headline)
        head.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        head.addWidget(self.look, 0, Qt.AlignmentFlag.AlignVCenter)
        answer.body.addLayout(head)
        answer.body.addWidget(self.sentence)
        answer.body.addWidget(self.facts)
        self.forms.setMaximumHeight(look.px(260))
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addLayout(asked)
        column.addWidget(self.forms)
        column.addWidget(answer)
        column.addWidget(self.places, 3)
        column.addStretch(1)


def _form(place: int, each: Checked) -> Row:
    kept = each.issue
    chip = Chip(str(each.finding), TONES[each.finding])
    title = kept.title if kept is not None else "没有签发过的表"
    return Row(place, {"title": title, "number": kept.number if kept else "", "code": each.code, "state": chip})
