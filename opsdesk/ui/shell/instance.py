"""One window for one data folder: the second call raises the first window (`promises.md` H5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

FILE = "ops.lock"
PATIENCE = 3000
"""Milliseconds that the first window has to answer: none at work is busy for so long; one that hangs or closes is."""
HERE = b"1"


class Instance(QObject):
    """Holds the lock beside the database and listens for later calls. The lock of a dead process counts for nothing."""

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = QLockFile(str(home / FILE))
        self._lock.setStaleLockTime(0)
        self._name = "opsdesk-" + hashlib.sha256(str(home).encode()).hexdigest()[:24]
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)

    def acquire(self, wait: int = 0) -> bool:
        """Become the one instance; False if there still is another after `wait` milliseconds.

        A folder that cannot be written is judged at opening.
        A lock that nobody holds any more gives way, also one that was cut short or came with the folder from another
        computer: the system lets no lock be removed that a living process holds.
        """
        taken = self._lock.tryLock(wait) or (self._lock.removeStaleLockFile() and self._lock.tryLock(0))
        if not taken and self._lock.error() is not QLockFile.LockError.LockFailedError:
            return True
        if taken:
            QLocalServer.removeServer(self._name)
            self._server.listen(self._name)
        return taken

    def on_call(self, called: Callable[[], object]) -> None:
        """Call `called()` when the program is started once more, and tell the other that it was."""

        def answer() -> None:
            while self._server.hasPendingConnections():
                socket = self._server.nextPendingConnection()
                socket.disconnected.connect(socket.deleteLater)
                socket.write(HERE)  # the other hangs up: closing here could take the word back on Windows
            called()

        self._server.newConnection.connect(answer)

    def call_first(self) -> bool:
        """Ask the other instance to show its window; False if it does not answer.

        The system lets anybody call a process that hangs: only what it says itself is an answer.
        """
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        answered = socket.waitForConnected(PATIENCE) and (
            socket.bytesAvailable() > 0 or socket.waitForReadyRead(PATIENCE)
        )
        socket.abort()
        return answered

    def release(self) -> None:
        """Let the next one in."""
        self._server.close()
        self._lock.unlock()
