"""`opsdesk verify CODE|FILE` on a site of its own: the same, changed since, never issued."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from a_call import Answer, Call

from opsdesk import issued
from opsdesk.services import seal_code


@pytest.fixture
def printed(call: Call, site: Path, tmp_path: Path) -> dict[str, Any]:
    """A sheet that was printed: its code, and its files by format."""
    done = call("print", "sign-in", "--day", "2026-03-05", "--out", str(tmp_path / "纸"), "--json")
    assert done.code == 0, done
    told = json.loads(done.out)
    (code,) = told["codes"]
    return {"code": code, **{each["format"]: each["path"] for each in told["files"]}}


def asked(call: Call, *words: str) -> tuple[int, dict[str, Any]]:
    done: Answer = call("verify", *words, "--json")
    assert done.err == ""
    (form,) = json.loads(done.out)["forms"]
    return done.code, form


def test_a_form_that_the_record_holds(call: Call, printed: dict[str, Any]) -> None:
    code, form = asked(call, printed["code"])
    assert (code, form["finding"], form["code"]) == (0, "same", printed["code"])
    assert (form["form"], form["number"], form["title"]) == ("OD-F01", "DG-20260305", "到岗记录")
    assert form["period"].startswith("2026年3月5日")
    assert form["issued_by"] == "命令行"
    assert form["chain_holds"] is True
    assert (form["differences"], form["history"], form["file"]) == ([], [], "")
    said = call("verify", printed["code"].lower().replace("-", ""))
    assert said.code == 0
    assert said.out.startswith(
        f"{printed['code']}  与今日记录一致\n  这张表与今日的记录一字不差。\n  OD-F01 到岗记录 DG-20260305"
    )
    assert "由命令行签发。" in said.out


def test_what_the_qr_code_says_may_be_pasted_as_it_is(call: Call, printed: dict[str, Any]) -> None:
    with pypdfium2.PdfDocument(printed["pdf"]) as pdf:
        assert pdf.get_metadata_value("Keywords") == printed["code"]
    wrong = f"{printed['code']} OD-F01 DG-20260305 000000000000 1-000000000000"
    code, form = asked(call, *wrong.split())
    assert (code, form["finding"], form["sentence"]) == (1, "altered", issued.FORGED)


def test_files_are_known_and_told_when_they_were_touched(call: Call, printed: dict[str, Any], tmp_path: Path) -> None:
    for path in (printed["pdf"], printed["xlsx"]):
        code, form = asked(call, path)
        assert (code, form["finding"]) == (0, "same")
        assert form["file"].endswith("写出的一样，没有改动过。")
    touched = tmp_path / "改过.pdf"
    touched.write_bytes(Path(printed["pdf"]).read_bytes() + b"\n")
    code, form = asked(call, str(touched))
    assert (code, form["finding"]) == (1, "touched"), "it may say anything under the code of a genuine form"
    assert form["file"] == "文件不是写出时的原样：写出以后被改动或另存过。"


def test_a_change_since_is_named_and_ends_with_one(call: Call, site: Path, tmp_path: Path) -> None:
    today = call("sign-in", "V001", "--json")
    assert today.code == 0, today
    day = json.loads(today.out)["day"]
    done = call("print", "sign-in", "--day", day, "--out", str(tmp_path / "纸"), "--json")
    (code,) = json.loads(done.out)["codes"]
    assert asked(call, code)[0] == 0
    assert call("sign-in", "V002").code == 0
    ended, form = asked(call, code)
    assert (ended, form["finding"]) == (1, "changed")
    assert any("李𬭎" in each["place"] + each["today"] for each in form["differences"]), "due today or not"
    said = call("verify", code)
    assert "签发后记录有变动：表上有" in said.out
    assert "\n  - " in said.out


def test_what_was_never_issued(call: Call, printed: dict[str, Any]) -> None:
    code, form = asked(call, seal_code.made_of("nobody's"))
    assert (code, form["finding"], form["form"]) == (1, "unknown", None)
    assert (
        asked(call, "0" + printed["code"][1:] if printed["code"][0] != "0" else "1" + printed["code"][1:])[1][
            "sentence"
        ]
        == issued.WRONG
    )
    refused = call("verify", "DG-20260305")
    assert (refused.code, refused.err.startswith("校验码是 16 位")) == (1, True)
    missing = call("verify", "没有.pdf", "--json")
    assert missing.code == 1
    assert "找不到文件" in json.loads(missing.out)["refused"]


def test_without_a_code_the_whole_record_is_checked_as_ever(call: Call, printed: dict[str, Any]) -> None:
    done = call("verify")
    assert (done.code, done.out.startswith("数据库完好")) == (0, True)
