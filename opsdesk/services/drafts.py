"""Text as it is typed, before it is part of the record: killing the program loses nothing.

Kept beside the record in a small database of its own and forgotten as soon as the record holds it. It is not audited:
what counts is what was saved.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = "drafts.sqlite"


@dataclass(frozen=True)
class Draft:
    """What was typed, and over what: it may go back into a field that still holds one of these texts."""

    typed: str
    over: tuple[str, ...] = ()


class Drafts:
    """Texts by key (“incident:17:symptom”). Writing one takes about a tenth of a millisecond.

    A disk that takes nothing raises nothing here: the text is still in the window, and saving it will tell.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._connection: sqlite3.Connection | None = None

    def keep(self, key: str, typed: str, over: Sequence[str] = ()) -> bool:
        """Keep what stands in a field now; False where the disk did not take it."""
        return self._run(
            "INSERT INTO typed VALUES (?, ?, ?) ON CONFLICT(key) DO UPDATE SET typed = excluded.typed, "
            "over = excluded.over",
            key,
            typed,
            json.dumps(over, ensure_ascii=False),
        )

    def forget(self, prefix: str) -> None:
        """Forget everything whose key begins so."""
        self._run("DELETE FROM typed WHERE substr(key, 1, length(?1)) = ?1", prefix)

    def forget_text(self, key: str, typed: str) -> None:
        """Forget the text of one field, unless something else was typed there since."""
        self._run("DELETE FROM typed WHERE key = ? AND typed = ?", key, typed)

    def of(self, prefix: str) -> dict[str, str]:
        """What is kept under this prefix, by the rest of the key."""
        return {key: draft.typed for key, draft in self.found(prefix).items()}

    def found(self, prefix: str) -> dict[str, Draft]:
        """What is kept under this prefix, with what it was typed over."""
        query = "SELECT key, typed, over FROM typed WHERE substr(key, 1, length(?1)) = ?1"
        try:
            rows = self._open().execute(query, (prefix,))
            return {key[len(prefix) :]: Draft(typed, tuple(json.loads(over))) for key, typed, over in rows}
        except sqlite3.Error:
            return {}

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run(self, statement: str, *values: str) -> bool:
        try:
            self._open().execute(statement, values)
        except sqlite3.Error:
            return False
        return True

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._sound()
        return self._connection

    def _sound(self) -> sqlite3.Connection:
        try:
            return self._made()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            self._path.unlink(missing_ok=True)  # damaged: what it held cannot be read, new text must be kept
            return self._made()

    def _made(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=0.2, check_same_thread=False)
        # A killed program loses nothing of what the system has taken; only a power cut may cost the last second.
        connection.execute("PRAGMA journal_mode=TRUNCATE")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS typed (key TEXT PRIMARY KEY, typed TEXT NOT NULL, over TEXT NOT NULL) STRICT"
        )
        return connection
