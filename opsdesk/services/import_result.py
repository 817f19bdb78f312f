"""What an import came to, as the window shows it and the command line prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsdesk.models import ImportBatch
from opsdesk.services.errors import Finding
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction


@dataclass(frozen=True)
class ImportResult:
    """Rows read, stored (on a dry run: that would be stored), known already, and refused; `label` names the format.

    Of staff lists and rosters one refused row keeps the whole file out: `stored` is then 0. `notes` are sentences
    about the file as a whole.
    """

    read: int
    stored: int
    duplicates: int
    rejected: tuple[Finding, ...]
    label: str
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The four facts of `import … --json`."""
        return {
            "read": self.read,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "rejected": [{"row": finding.row, "reason": finding.reason} for finding in self.rejected],
        }

    @property
    def sentence(self) -> str:
        """The result as one sentence."""
        if self.rejected and not self.stored:
            return f"{self.label}读到 {self.read} 条，{len(self.rejected)} 处有问题，没有导入。请改正后再导入。"
        if not self.stored:
            return f"{self.label}读到 {self.read} 条，都已经在系统里，没有改动。"
        known = f"，{self.duplicates} 条原来就有" if self.duplicates else ""
        wrong = f"，{len(self.rejected)} 处有问题没有存入" if self.rejected else ""
        return f"{self.label}读到 {self.read} 条，新增或更新 {self.stored} 条{known}{wrong}。"


def note_batch(tx: Transaction, result: ImportResult, *, what: str, file_name: str, sha256: str, at: datetime) -> int:
    """Record the import of a file beside the rows that it stored."""
    return tx.insert(
        ImportBatch,
        what=what,
        file_name=one_line(file_name),
        sha256=sha256,
        format=result.label,
        at=at,
        rows_read=result.read,
        rows_stored=result.stored,
        rows_duplicate=result.duplicates,
        rows_rejected=len(result.rejected),
    )
