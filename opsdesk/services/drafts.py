"""Text as it is typed, before it is part of the record: killing the program loses nothing.

Kept beside the record in a small database of its own and forgotten as soon as the record holds it. It is not audited:
what counts is what was saved.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

FILE = "drafts.sqlite"


class Drafts:
    """Texts by key (“incident:17:symptom”). Writing one takes about a tenth of a millisecond.

    A disk that takes nothing raises nothing here: the text is still in the window, and saving it will tell.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._connection: sqlite3.Connection | None = None

    def keep(self, key: str, typed: str) -> bool:
        """Keep what stands in a field now; False where the disk did not take it."""
        return self._run(
            "INSERT INTO draft VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET typed = excluded.typed", key, typed
        )

    def forget(self, prefix: str) -> None:
        """Forget everything whose key begins so."""
        self._run("DELETE FROM draft WHERE substr(key, 1, length(?1)) = ?1", prefix)

    def of(self, prefix: str) -> dict[str, str]:
        """What is kept under this prefix, by the rest of the key."""
        try:
            rows = self._open().execute("SELECT key, typed FROM draft WHERE substr(key, 1, length(?1)) = ?1", (prefix,))
            return {key[len(prefix) :]: typed for key, typed in rows}
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
        connection.execute("CREATE TABLE IF NOT EXISTS draft (key TEXT PRIMARY KEY, typed TEXT NOT NULL) STRICT")
        return connection
