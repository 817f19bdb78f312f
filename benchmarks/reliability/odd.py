"""Texts as nobody should type them: what breaks databases, workbooks, papers and file names, alone and mixed."""

from __future__ import annotations

import random
from collections.abc import Callable

LONG = 33_000
"""More than a cell of Excel holds."""
TRAPS = (
    "", " ", "　", "\u00a0", "\ufeff", "\u200b", "\n", "\t", "\r\n", "\u2028", "\u2029", "\x00", "\x0b\x0c", "\x1b[31m",
    "\x7f", "\x85", "\x9f", "\xad", "\ud800", "\udfff", "\udcff", "\ufffe", "\uffff", "\ufdd0", "\ufdd1", "\U0001fffe",
    "\ufffd", "\ufffc", "\ue000", "\U000e0041",
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A1", '=HYPERLINK("http://x","y")', "＝1+1", "'=1",
    "#N/A", "#REF!", "TRUE", "是", "1e5", "1E400", "0012345", "110101199003070038", "3/5", "2026-03-05", "12:30", "-0",
    "_x0041_", "_x000D_", "_x005F_x0041_", "_xD800_", "_x0000_",
    "<b>粗</b>", "<!-- 不见 -->", "<![CDATA[不见]]>", "<img src='/etc/passwd'>", '<a href="http://example.com">x</a>',
    "<script>alert(1)</script>", "<para>", "</para>", "<font color='red'>", "a<b", "a>b", "&amp;", "&#0;", "&lt;", "&",
    "<?xml version='1.0'?>", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;", "]]>", "(Tj) ET \\) Q /F1",
    "%s%n%d", "{0}{{}}", "{{7*7}}", "${PATH}", "`id`", "$(id)", "; rm -rf ~", "| dir",
    "' OR 1=1 --", "'; DROP TABLE staff; --", '"', "''", "\\", "\\\\", "%", "_", "*", "?", "NULL", "None", "nan",
    "../../etc/passwd", "..\\..\\windows", "/", "\\\\server\\share", "C:\\CON", "CON", "nul", "aux.txt", "COM1", "LPT¹",
    "com0.pdf", "a.", "a ", ".", "..", "~", "-rf", "a:b", "a|b", "x" * 300, ".bashrc", "文件名\x00.exe",
    "好\u202egnp.exe",
    "مرحبا", "שלום", "\u202e反\u202c", "\u2066a\u2069", "ไทย", "हिन्दी", "한국어", "ﷺ", "e\u0301", "A\u030a",
    "Z\u0351\u0343",
    "😀", "👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "☑", "□", "✔", "①", "№", "℃", "±", "〇", "々",
    "𠮷", "𬭎", "𠅤", "㐀", "鿿", "龘", "䶮", "𪚥", "𫝆", "𰻞", "\U0002fa1d", "\U00030000", "·", "・",
    "阿卜杜热合曼·吾布力",
    "字" * 5000, "𠮷" * 17_000, "a" * LONG, "字 " * 17_000, "\n" * 3000, "\t" * 3000, "x" * 3000 + "。",
)  # fmt: skip
PLAIN = "王强说财务科打印机坏了上午已经修好请主管签字确认网络中心一卡通服务台"


def _any(chance: random.Random) -> str:
    return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(1, 4)))


def _low(chance: random.Random) -> str:
    return "".join(chr(chance.randrange(0x300)) for _ in range(chance.randrange(1, 20)))


def _rare(chance: random.Random) -> str:
    return "".join(chr(chance.randrange(0x20000, 0x2EBE1)) for _ in range(chance.randrange(1, 8)))


def _plain(chance: random.Random) -> str:
    return "".join(chance.choices(PLAIN, k=chance.randrange(1, 40)))


def _trap(chance: random.Random) -> str:
    return chance.choice(TRAPS)


SOURCES: tuple[Callable[[random.Random], str], ...] = (_trap, _trap, _trap, _plain, _plain, _any, _low, _rare)


def text(chance: random.Random) -> str:
    """One odd text: a trap alone, in the middle of a sentence, or several things of different kinds in a row."""
    if chance.random() < 0.3:
        return _trap(chance)
    return "".join(chance.choice(SOURCES)(chance) for _ in range(chance.randrange(1, 5)))
