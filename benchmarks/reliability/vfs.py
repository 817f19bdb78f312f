"""Between SQLite and the disk: its own calls to write, truncate, sync and delete, heard in order or made to fail.

SQLite lets a program put a layer of its own over the system's files (a VFS). This one, written with ctypes so that no
compiler is needed, hands every call on to the layer below; before that it tells a `Listener`, which may refuse it with
an error code, as a full disk does. Where Python uses no shared SQLite library, `Unreachable` is raised.
"""

from __future__ import annotations

import ctypes
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_int64, c_void_p, cast, memmove, sizeof
from pathlib import Path
from typing import Protocol

OK, FULL = 0, sqlite3.SQLITE_FULL
WRITE_FAILED, SYNC_FAILED, TRUNCATE_FAILED = (sqlite3.SQLITE_IOERR | number << 8 for number in (3, 4, 6))
CREATE, JOURNALS = 0x4, 0x800 | 0x4000 | 0x80000
"""Flags of xOpen: may make the file; is a journal, whose directory is synced with its first sync."""


class Unreachable(Exception):
    """This Python brings a SQLite of its own that cannot be reached from outside."""


class Listener(Protocol):
    """Told of each call before it is carried out; what `changes` gives other than OK is the answer instead."""

    def opened(self, path: str, /, *, made: bool, journal: bool) -> None:
        """A file was opened; `made` where it was not there before."""

    def write(self, path: str, offset: int, data: bytes, /) -> int:
        """Bytes go to a place in a file."""

    def truncate(self, path: str, size: int, /) -> int:
        """A file is cut."""

    def sync(self, path: str, /) -> int:
        """All of a file is to be on the disk before anything else is done."""

    def delete(self, path: str, /, *, sync: bool) -> int:
        """A file is deleted; `sync` where its directory is synced with it."""


class _File(Structure):
    _fields_ = (("methods", c_void_p),)


_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(_File), c_int, POINTER(c_int))
_Delete = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_Close = CFUNCTYPE(c_int, c_void_p)
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(Structure):
    """sqlite3_vfs, version 3, as sqlite3.h has it."""

    _fields_ = (
        ("version", c_int), ("file_size", c_int), ("longest_path", c_int), ("next", c_void_p), ("name", c_char_p),
        ("data", c_void_p), ("open", _Open), ("delete", _Delete), *((f"other{n}", c_void_p) for n in range(14)),
    )  # fmt: skip


class _Methods(Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = (
        ("version", c_int), ("close", _Close), ("read", c_void_p), ("write", _Write), ("truncate", _Truncate),
        ("sync", _Sync), *((f"other{n}", c_void_p) for n in range(13)),
    )  # fmt: skip


def _library() -> ctypes.CDLL:
    """The SQLite that Python's own module uses."""
    import _sqlite3

    beside = Path(getattr(_sqlite3, "__file__", sys.executable)).with_name("sqlite3.dll")
    found = [str(beside)] if beside.exists() else []
    maps = Path("/proc/self/maps")
    if maps.exists():
        found += [line.split()[-1] for line in maps.read_text().splitlines() if "libsqlite3" in line]
    for name in found or ["libsqlite3.dylib"]:
        try:
            library = ctypes.CDLL(name)
            library.sqlite3_libversion.restype = c_char_p
            if library.sqlite3_libversion().decode() == sqlite3.sqlite_version:
                return library
        except (OSError, AttributeError):
            continue
    raise Unreachable("The SQLite of this Python is no shared library, so nothing can be put under it.")


def _path(name: int | None) -> str:
    return os.fsdecode(ctypes.string_at(name)) if name else ""


class _Layer:
    """The layer, once it is made: callbacks and copies of structures have to live as long as SQLite may call them."""

    def __init__(self, library: ctypes.CDLL) -> None:
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        library.sqlite3_vfs_find.argtypes = (c_char_p,)
        library.sqlite3_vfs_register.argtypes = (POINTER(_Vfs), c_int)
        self.library, self.below = library, library.sqlite3_vfs_find(None)
        self.listener: Listener | None = None
        self.paths: dict[int, str] = {}
        self.methods: dict[int, _Methods] = {}
        self.vfs = _Vfs()
        memmove(byref(self.vfs), self.below, sizeof(_Vfs))
        self.vfs.name = b"opsdesk-trial"
        self.vfs.open, self.vfs.delete = _Open(self._open), _Delete(self._delete)
        library.sqlite3_vfs_register(byref(self.vfs), 0)

    def put(self, listener: Listener | None) -> None:
        """Lay the layer under new connections, or take it away."""
        self.listener = listener
        chosen = self.below if listener is None else ctypes.pointer(self.vfs)
        self.library.sqlite3_vfs_register(chosen, 1)

    def _open(self, _vfs: int, name: int | None, file: ctypes._Pointer[_File], flags: int, out: object) -> int:
        path = _path(name)  # the address itself goes on: SQLite keeps it, and reads what stands behind the name
        there = bool(path) and os.path.exists(path)  # noqa: PTH110 — called inside SQLite for each file
        answer = self.below.contents.open(cast(self.below, c_void_p), name, file, flags, out)
        if answer == OK and path and file.contents.methods:
            original = file.contents.methods
            address = cast(file, c_void_p).value or 0
            self.paths[address] = path
            file.contents.methods = cast(byref(self._wrapped(original)), c_void_p).value
            if self.listener is not None:
                self.listener.opened(path, made=bool(flags & CREATE) and not there, journal=bool(flags & JOURNALS))
        return int(answer)

    def _wrapped(self, original: int) -> _Methods:
        """A copy of a file's methods in which those that change it are ours."""
        if original in self.methods:
            return self.methods[original]
        below = cast(original, POINTER(_Methods)).contents
        own = _Methods()
        memmove(byref(own), original, sizeof(_Methods))

        def close(file: int) -> int:
            self.paths.pop(file, None)
            return int(below.close(file))

        def write(file: int, data: int, size: int, offset: int) -> int:
            heard = self.listener
            answer = OK if heard is None else heard.write(self.paths[file], offset, ctypes.string_at(data, size))
            return answer or int(below.write(file, data, size, offset))

        def truncate(file: int, size: int) -> int:
            answer = OK if self.listener is None else self.listener.truncate(self.paths[file], size)
            return answer or int(below.truncate(file, size))

        def sync(file: int, flags: int) -> int:
            answer = OK if self.listener is None else self.listener.sync(self.paths[file])
            return answer or int(below.sync(file, flags))

        own.close, own.write, own.truncate, own.sync = _Close(close), _Write(write), _Truncate(truncate), _Sync(sync)
        self.methods[original] = own
        return own

    def _delete(self, _vfs: int, name: int, sync: int) -> int:
        answer = OK if self.listener is None else self.listener.delete(_path(name), sync=bool(sync))
        return answer or int(self.below.contents.delete(cast(self.below, c_void_p), name, sync))


_made: list[_Layer] = []


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let `listener` hear every connection that is opened within the block. They have to be closed within it."""
    if not _made:
        _made.append(_Layer(_library()))
    _made[0].put(listener)
    try:
        yield
    finally:
        _made[0].put(None)
