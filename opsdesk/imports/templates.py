"""The import templates that the program writes itself; read back unfilled they hold nothing and offend nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from opsdesk.imports import assets, door_log, incident_columns, leave, people, punches, roster, visits
from opsdesk.imports.columns import Column
from opsdesk.services.errors import Trouble, system_said

TemplateKind = Literal["staff", "roster", "punches", "leave", "incidents", "assets", "visits", "door-log"]

TEMPLATES: dict[TemplateKind, tuple[str, Sequence[Column]]] = {
    "staff": ("人员导入模板", people.COLUMNS),
    "roster": ("排班导入模板", roster.COLUMNS),
    "punches": ("打卡导入模板", punches.TEMPLATE_COLUMNS),
    "leave": ("请假导入模板", leave.COLUMNS),
    "incidents": ("事件记录导入模板", incident_columns.COLUMNS),
    "assets": ("设备台账导入模板", assets.COLUMNS),
    "visits": ("出入登记导入模板", visits.TEMPLATE),
    "door-log": ("门禁记录导入模板", door_log.TEMPLATE),
}
"""Kind → title (a good file name) and columns."""

_WIDTHS = (18, 8, 60, 24)


def write_template(kind: TemplateKind, path: Path) -> None:
    """Write an xlsx with the sheet 模板 (headings over text cells) and 填写说明 (a sentence and an example each)."""
    from openpyxl.styles.alignment import Alignment
    from openpyxl.styles.fills import PatternFill
    from openpyxl.styles.fonts import Font
    from openpyxl.utils.cell import get_column_letter
    from openpyxl.workbook.workbook import Workbook

    title, columns = TEMPLATES[kind]
    bold, shade = Font(bold=True), PatternFill("solid", fgColor="E8EDF3")
    book = Workbook()
    form = book.active
    form.title = "模板"
    for at, column in enumerate(columns, start=1):
        letter = get_column_letter(at)
        form.column_dimensions[letter].width = max(12, 2.4 * len(column.heading) + 4)
        form.column_dimensions[letter].number_format = "@"
        cell = form.cell(1, at, column.heading)
        cell.font, cell.fill, cell.number_format = bold, shade, "@"
        cell.alignment = Alignment(horizontal="center", vertical="center")
    form.row_dimensions[1].height = 22
    form.freeze_panes = "A2"
    guide = book.create_sheet("填写说明")
    guide.append([f"{title}：在“模板”表里填写，一行一条，表头不要改。"])
    guide.append(["列", "必填", "怎么填", "例子"])
    for column in columns:
        guide.append([column.heading, "是" if column.required else "否", column.note, column.example])
    guide["A1"].font = bold
    for cell in guide[2]:
        cell.font, cell.fill = bold, shade
    for row in guide.iter_rows(min_row=3):
        for cell in row:
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="center")
    for at, width in enumerate(_WIDTHS, start=1):
        guide.column_dimensions[get_column_letter(at)].width = width
    try:
        book.save(path)
    except OSError as error:
        raise Trouble(
            f"模板没有写成“{path.name}”（{system_said(error)}）。",
            remedy="请关闭打开着的同名文件，或换一个文件夹。",
        ) from error
