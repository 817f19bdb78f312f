"""How the command line speaks: results to stdout, sentences to stderr, in whatever encoding the terminal has."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from typing import Any, TextIO


def make_ready(*, as_json: bool = False) -> None:
    """Let no character stop the output: JSON is always UTF-8; a terminal that cannot write Chinese gets UTF-8 too."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            always = as_json and stream is sys.stdout
            stream.reconfigure(
                encoding="utf-8" if always or not _writes_chinese(stream) else stream.encoding, errors="replace"
            )


def _writes_chinese(stream: TextIO) -> bool:
    try:
        "到岗记录".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def result(text: str) -> None:
    """A line of the result."""
    print(text)


def sentence(text: str) -> None:
    """A sentence to the person at the keyboard."""
    print(text, file=sys.stderr)


def one_object(values: Mapping[str, Any]) -> None:
    """The one JSON object of `--json`."""
    print(json.dumps(values, ensure_ascii=False))


def size(count: int) -> str:
    """A file's size as people read it: 812 字节, 35.2 KB, 1.4 MB."""
    if count < 1024:
        return f"{count} 字节"
    if count < 1024 * 1024:
        return f"{count / 1024:.1f} KB"
    if count < 1024**3:
        return f"{count / 1024**2:.1f} MB"
    return f"{count / 1024**3:.1f} GB"
