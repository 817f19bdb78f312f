from __future__ import annotations

import errno
import hashlib
import re
from pathlib import Path
from unicodedata import category

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from paper_samples import pdf_texts, register, slip

from opsdesk.exports.archive import Cancelled, export, keep, safe_name, target
from opsdesk.services.errors import Trouble

RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
@example("../../etc/passwd")
@example("..\\..\\x")
@example("C:\\Windows\\x")
@example("CON")
@example("nul.txt")
@example("COM1 .x")
@example("...")
@example("")
@example("\x00\x01")
@example("𠮷" * 200)
@example(" 王强 . ")
@example("a" * 79 + ".b")
def test_names_are_safe_on_every_system(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name) <= 81
    assert len(name.encode()) <= 240
    assert not set(name) & set('<>:"/\\|?*')
    assert not {"Cc", "Cs", "Zl", "Zp"} & {category(character) for character in name}
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert not RESERVED.fullmatch(name)
    folder = Path("/tmp/x")  # never written to
    path = target(folder, text, "pdf")
    assert path.parent == folder.resolve()
    assert path.suffix == ".pdf"
    assert len(str(path)) <= 240


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("到岗记录 2026-03-05", "到岗记录 2026-03-05"),
        ("A/0：到岗", "A／0：到岗"),
        ("con", "_con"),
        ("concert", "concert"),
        ("", "未命名"),
        ("买买提·艾力", "买买提·艾力"),
    ],
)
def test_names_stay_readable(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_deep_folder_shortens_the_name_and_a_deeper_one_is_named_as_trouble(tmp_path: Path) -> None:
    deep = tmp_path / "/".join(["夹" * 20] * ((200 - len(str(tmp_path))) // 21))
    assert len(str(target(deep, "名" * 80, "xlsx"))) == 240
    with pytest.raises(Trouble, match="路径太长"):
        target(deep / ("x" * (240 - len(str(deep)))), "名", "xlsx")


def test_a_kept_file_is_known_by_path_size_and_hash(tmp_path: Path) -> None:
    path = tmp_path / "新建" / "子" / "a.pdf"
    kept = keep(path, lambda draft: draft.write_bytes(b"abc"))
    assert (kept.path, kept.size, kept.sha256) == (path, 3, hashlib.sha256(b"abc").hexdigest())
    assert path.read_bytes() == b"abc"
    assert [file.name for file in path.parent.iterdir()] == ["a.pdf"]


def test_what_fails_midway_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")

    def fail(draft: Path) -> None:
        draft.write_bytes(b"half")
        raise ValueError("bug")

    with pytest.raises(ValueError, match="bug"):
        keep(path, fail)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.pdf", b"old")]


@pytest.mark.parametrize(("failures", "kept"), [(4, True), (5, False)])
def test_a_file_open_elsewhere_is_tried_five_times(
    failures: int, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, waits, left = tmp_path / "a.xlsx", [], [failures]
    path.write_bytes(b"old")
    replace = Path.replace

    def held(draft: Path, goal: Path) -> Path:
        if left[0]:
            left[0] -= 1
            raise PermissionError(13, "in use")
        return replace(draft, goal)

    monkeypatch.setattr(Path, "replace", held)
    if kept:
        keep(path, lambda draft: draft.write_bytes(b"new"), wait=waits.append)
    else:
        with pytest.raises(Trouble, match=r"文件被占用（可能正在 Excel 中打开）.*a\.xlsx") as caught:
            keep(path, lambda draft: draft.write_bytes(b"new"), wait=waits.append)
        assert "换一个文件名" in caught.value.remedy
    assert len(waits) == 4
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.xlsx", b"new" if kept else b"old")]


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="磁盘空间不足") as caught:
        keep(tmp_path / "a.pdf", lambda draft: Path("/dev/full").write_bytes(b"x" * 100_000))
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Trouble, match="不是文件夹"):
        keep(tmp_path / "file" / "a.pdf", lambda draft: draft.write_bytes(b"x"))


def test_a_target_that_is_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").mkdir()
    with pytest.raises(Trouble, match="同名的文件夹"):
        keep(tmp_path / "a.pdf", lambda draft: draft.write_bytes(b"x"))


def test_an_export_writes_each_format_with_all_documents(tmp_path: Path) -> None:
    kept = export([register(3), slip()], tmp_path / "出")
    assert [file.path.name for file in kept] == ["到岗记录 2026-03-05.pdf", "到岗记录 2026-03-05.xlsx"]
    assert all(file.path.stat().st_size == file.size for file in kept)
    assert len(pdf_texts(kept[0].path.read_bytes())) == 2
    assert len(openpyxl.load_workbook(kept[1].path).worksheets) == 2


def test_an_export_that_is_stopped_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        export(register(600), tmp_path, progress=lambda done, total: False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "没有这个位置，或者这里不能新建文件"),
        (errno.ETIMEDOUT, "网络盘没有回应"),
        (errno.EIO, "磁盘读写失败"),
        (errno.EXDEV, f"系统错误 {errno.EXDEV}"),
    ],
)
def test_what_the_system_says_is_told_in_words(number: int, words: str, tmp_path: Path) -> None:
    def fail(draft: Path) -> None:
        raise OSError(number, "No such thing")

    with pytest.raises(Trouble) as caught:
        keep(tmp_path / "a.pdf", fail)
    assert str(caught.value) == f"文件没有写成：{tmp_path / 'a.pdf'}（{words}）。"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.EROFS])
def test_every_trouble_with_a_file_is_a_whole_sentence(number: int, tmp_path: Path) -> None:
    def fail(draft: Path) -> None:
        raise OSError(number, "No such thing")

    with pytest.raises(Trouble) as caught:
        keep(tmp_path / "a.pdf", fail)
    assert str(caught.value).endswith("。")
    assert "No such thing" not in str(caught.value)
