"""A file that may be one of ours: which codes it names in its properties. Nothing in it is drawn, run or calculated."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from opsdesk.imports.files import read_source
from opsdesk.services import seal_code

PROPERTIES = "docProps/core.xml"
MOST_BYTES = 65_536
"""Properties of ours are a thousand bytes; so many are read."""
_IN_PDF = re.compile(rb"/Keywords \(([^()]*)\)")
_IN_XLSX = re.compile(rb"<cp:keywords>([^<]*)</cp:keywords>")


@dataclass(frozen=True)
class SealedFile:
    """The codes that a file names, in its order, and the SHA-256 of its bytes."""

    sha256: str
    codes: tuple[str, ...]


def read(path: Path) -> SealedFile:
    """Read the codes of a PDF or xlsx; none in any other file. Trouble where it cannot be opened."""
    source = read_source(path)
    found = (
        _IN_PDF.search(source.data) if source.data.startswith(b"%PDF") else _IN_XLSX.search(_properties(source.data))
    )
    words = found[1].decode("ascii", "replace").split() if found else []
    return SealedFile(source.sha256, tuple(dict.fromkeys(code for word in words if (code := seal_code.read(word)))))


def _properties(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, package.open(PROPERTIES) as part:
            return part.read(MOST_BYTES)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, OSError, RuntimeError, ValueError):
        return b""
