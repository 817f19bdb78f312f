"""`verify CODE|FILE`: is a form exactly what the record holds today, changed since, or never issued."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opsdesk import issued
from opsdesk.cli import desk, exits, saying
from opsdesk.services.seals import Checked, Finding

ENDINGS = {".pdf", ".xlsx"}
MOST_TOLD = 50


def verify(home: Path, words: Sequence[str], *, as_json: bool) -> int:
    """Check a code as typed or scanned, or every form of a file; 1 unless all are what the record holds today."""
    ctx = desk.as_command_line(desk.open_existing(home))
    text = " ".join(words)
    path = Path(text)
    is_file = path.suffix.lower() in ENDINGS or path.is_file()
    found = issued.check_file(ctx, path) if is_file else [issued.check(ctx, text)]
    if as_json:
        saying.one_object({"forms": [_object(each) for each in found]})
    else:
        for each in found:
            _tell(each)
    return exits.DONE if all(each.finding is Finding.SAME for each in found) else exits.REFUSED


def _object(each: Checked) -> dict[str, Any]:
    kept = each.issue
    return {
        "code": each.code,
        "finding": each.finding.name.lower(),
        "sentence": each.sentence,
        "form": kept.form if kept else None,
        "number": kept.number if kept else None,
        "title": kept.title if kept else None,
        "period": kept.period if kept else None,
        "issued_at": kept.issued_at.isoformat(" ", "seconds") if kept else None,
        "issued_by": kept.issued_by if kept else None,
        "chain_holds": each.since.holds if each.since else None,
        "chain": each.since.sentence if each.since else "",
        "differences": [{"place": one.place, "today": one.today} for one in each.differences],
        "history": list(each.history),
        "file": each.file,
    }


def _tell(each: Checked) -> None:
    kept = each.issue
    saying.result(f"{each.code}  {each.finding}")
    saying.result(f"  {each.sentence}")
    if kept is not None:
        named = " ".join(part for part in (kept.form, kept.title, kept.number, kept.period) if part)
        saying.result(f"  {named}，{kept.issued_at:%Y-%m-%d %H:%M} 由{kept.issued_by}签发。")
    for difference in each.differences[:MOST_TOLD]:
        saying.result(f"  - {difference.sentence}")
    if len(each.differences) > MOST_TOLD:
        saying.result(f"  - 还有 {len(each.differences) - MOST_TOLD} 处，用 --json 可以看到全部。")
    for sentence in (
        *((each.since.sentence,) if each.since else ()),
        *each.history,
        *((each.file,) if each.file else ()),
    ):
        saying.result(f"  {sentence}")
