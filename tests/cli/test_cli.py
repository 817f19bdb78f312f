"""The command line through its real front door: exit codes, the JSON that others build on, and no Qt."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from a_call import PASSWORD, STAFF, Call
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.__main__ import main, moment_to_show
from opsdesk.demo_site import Demo
from opsdesk.models import PrintedPaper, Punch
from opsdesk.registers.shift import service as shift
from opsdesk.services import fault_log
from opsdesk.services.clock import Clock, FixedClock


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    known = {
        key: value for key, value in os.environ.items() if not key.startswith(("OPSDESK", "PYTHON", "LC_", "LANG"))
    }
    return subprocess.run([sys.executable, *words], capture_output=True, check=False, env={**known, **environment})


# init


def test_init_makes_a_site_and_says_where(call: Call, tmp_path: Path) -> None:
    done = call("init", "--site", " 云渡市信息中心 ", "--project", "运维服务", "--supervisor", "周砚秋")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "已建立站点“云渡市信息中心”。",
        "主管账号：周砚秋",
        f"数据文件夹：{tmp_path / 'site'}",
    ]
    ctx = bootstrap.open_site(tmp_path / "site")
    assert bootstrap.supervisor_of(ctx).name == "周砚秋"


def test_init_refuses_a_second_site_and_leaves_the_first(call: Call, site: Path) -> None:
    before = (site / "ops.db").read_bytes()
    done = call("init", "--site", "另一个中心")
    assert (done.code, done.out) == (1, "")
    assert "已经有一个站点" in done.err
    assert (site / "ops.db").read_bytes() == before


@pytest.mark.parametrize(("name", "password", "said"), [("   ", PASSWORD, "站点名称"), ("中心", "1234567", "8 个字符")])
def test_init_refuses_before_anything_is_made(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, password: str, said: str
) -> None:
    monkeypatch.setenv("OPSDESK_PASSWORD", password)
    done = call("init", "--site", name)
    assert done.code == 1
    assert said in done.err
    assert not (tmp_path / "site").exists()


def test_a_password_is_neither_guessed_nor_waited_for(call: Call, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSDESK_PASSWORD")
    done = call("sign-in", "V001")
    assert done.code == 1
    assert "OPSDESK_PASSWORD" in done.err


# a folder without a site


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "--json"),
        ("purge", "--dry-run", "--json"),
        ("sign-in", "V001", "--json"),
        ("print", "sign-in", "--month", "2026-03", "--out", "out", "--json"),
    ],
)
def test_without_a_site_every_command_says_what_to_do(call: Call, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = call(*words)
    assert done.code == 1
    assert "opsdesk init --site" in json.loads(done.out)["refused"]
    assert "opsdesk init --site" in done.err
    assert not (tmp_path / "site").exists()


# wrong calls


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("print", "sign-in", "--day", "2026-02-29", "--out", "x"), "“2026-02-29”不是日期，请写成 2026-03-05"),
        (("print", "sign-in", "--day", "2026-3-5", "--out", "x"), "“2026-3-5”不是日期"),
        (("print", "sign-in", "--month", "2026-13", "--out", "x"), "“2026-13”不是月份，请写成 2026-03"),
        (("print", "sign-in", "--out", "x"), "--day --month 要写一个"),
        (("print", "sign-in", "--day", "2026-03-05"), "缺少 --out"),
        (("print", "sign-in", "--day", "2026-03-05", "--out", "x", "--format", "pdf,doc"), "没有“doc”这种格式"),
        (("import", "vendors", "x.csv"), "没有“vendors”"),
        (("sign-in",), "缺少 工号"),
        (("verify", "--jsn"), "多出了 --jsn"),
        (("launch",), "没有“launch”"),
        (("init",), "缺少 --site"),
    ],
)
def test_a_wrong_call_is_2_and_says_in_chinese_what_is_wrong(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("用法：opsdesk")
    assert said in done.err
    assert "showcase" not in done.err


def test_help_lists_the_commands(call: Call) -> None:
    done = call("--help")
    assert done.code == 0
    for word in ("demo", "init", "import", "sign-in", "sign-out", "print", "verify", "doctor"):
        assert f"    {word} " in done.out
    assert "showcase" not in done.out


# import


def test_import_staff_answers_with_four_facts_and_changes_nothing_twice(call: Call, site: Path, tmp_path: Path) -> None:
    path = tmp_path / "人员.csv"
    again = call("import", "staff", str(path), "--json")
    assert (again.code, again.err) == (0, "")
    assert again.out == '{"read": 3, "stored": 0, "duplicates": 3, "rejected": []}\n'
    path.write_text(
        STAFF + "V004,沈知,青禾示例公司,,4,2026-01-05\n,无名,青禾示例公司,,5,2026-01-05\n", encoding="utf-8"
    )
    refused = call("import", "staff", str(path), "--json")
    assert refused.code == 1
    found = json.loads(refused.out)
    assert list(found) == ["read", "stored", "duplicates", "rejected"]
    assert (found["read"], found["stored"]) == (5, 0)
    assert [(list(each), each["row"]) for each in found["rejected"]] == [(["row", "reason"], 6)]
    assert "第 6 行：" in refused.err
    assert call("sign-in", "V004").code == 1


def test_a_later_list_does_not_invent_vendors_unless_told(call: Call, site: Path, tmp_path: Path) -> None:
    path = tmp_path / "新单位.csv"
    path.write_text("工号,姓名,外包单位\nV009,陆远,青禾示列公司\n", encoding="utf-8")
    refused = call("import", "staff", str(path), "--json")
    assert refused.code == 1
    assert "还没有登记" in json.loads(refused.out)["rejected"][0]["reason"]
    assert call("import", "staff", str(path), "--add-vendors").code == 0


def test_import_roster_all_or_nothing(call: Call, site: Path, tmp_path: Path) -> None:
    path = tmp_path / "排班.csv"
    path.write_text("工号,日期,班次\nV001,2026-03-05,夜班\nV002,2026-03-05,休\n", encoding="utf-8")
    refused = json.loads(call("import", "roster", str(path), "--json").out)
    assert (refused["stored"], [each["row"] for each in refused["rejected"]]) == (0, [2])
    ctx = bootstrap.open_site(site)
    night = {"code": "N", "name": "夜班", "pairs": "20:00-次日08:00"}
    shift.save(ctx.acting_as(bootstrap.supervisor_of(ctx)), None, night)
    done = call("import", "roster", str(path), "--json")
    assert (done.code, done.out) == (0, '{"read": 2, "stored": 2, "duplicates": 0, "rejected": []}\n')


def test_import_punches_keeps_good_rows_and_reports_bad_ones(call: Call, site: Path, tmp_path: Path) -> None:
    path = tmp_path / "打卡.csv"
    path.write_text(
        "工号,姓名,日期,时间\nV001,王强,2026-03-05,08:21:07\nV001,王强,2026-03-05,17:40:00\n"
        "V777,无此人,2026-03-05,08:30:00\nV002,李𬭎,2026-02-30,08:30:00\n",
        encoding="gb18030",
    )
    tried = call("import", "punches", str(path), "--dry-run", "--json")
    assert (tried.code, json.loads(tried.out)["stored"]) == (0, 2)
    done = call("import", "punches", str(path), "--json")
    found = json.loads(done.out)
    assert done.code == 0
    assert (found["read"], found["stored"], found["duplicates"]) == (4, 2, 0)
    assert [each["row"] for each in found["rejected"]] == [4, 5]
    again = call("import", "punches", str(path))
    assert again.code == 0
    assert again.out == "打卡文件读到 4 条：存入 0 条，原来就有 2 条，有问题 2 条。\n"
    path.write_text("工号,姓名,日期,时间\nV777,无此人,2026-03-05,08:30:00\n", encoding="utf-8")
    assert call("import", "punches", str(path)).code == 1


def test_a_dry_run_needs_no_password_and_writes_nothing(
    call: Call, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPSDESK_PASSWORD")
    before = (site / "ops.db").read_bytes()
    done = call("import", "staff", str(tmp_path / "人员.csv"), "--dry-run")
    assert done.code == 0
    assert "没有写入" in done.out
    assert (site / "ops.db").read_bytes() == before
    assert call("import", "staff", str(tmp_path / "人员.csv")).code == 1


def test_a_missing_or_unreadable_file_has_the_same_shape(call: Call, site: Path, tmp_path: Path) -> None:
    missing = call("import", "punches", str(tmp_path / "没有.dat"), "--json")
    assert missing.code == 1
    found = json.loads(missing.out)
    assert "找不到文件" in found["refused"]
    assert {key: found[key] for key in ("read", "stored", "duplicates")} == {"read": 0, "stored": 0, "duplicates": 0}
    assert [each["row"] for each in found["rejected"]] == [0]
    picture = tmp_path / "图.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert call("import", "staff", str(picture)).code == 1


# sign-in, sign-out


def test_sign_in_and_out_are_kept_with_their_operator(call: Call, site: Path) -> None:
    arrived = json.loads(call("sign-in", "v001", "--json").out)
    assert list(arrived) == ["staff_no", "name", "day", "at", "direction", "judgement", "sentence", "repeated"]
    assert (arrived["staff_no"], arrived["name"], arrived["direction"]) == ("V001", "王强", "到岗")
    left = call("sign-out", "V001")
    assert left.code == 0
    assert left.out.startswith("王强 ")
    ctx = bootstrap.open_site(site)
    with ctx.read() as connection:
        rows = connection.execute(select(Punch.direction, Punch.entered_by).order_by(Punch.id)).all()
    assert [tuple(row) for row in rows] == [("到岗", "主管"), ("离岗", "主管")]


def test_sign_out_before_sign_in_is_refused(call: Call, site: Path) -> None:
    done = call("sign-out", "V002", "--json")
    assert done.code == 1
    assert "不能签退" in json.loads(done.out)["refused"]


def test_only_a_whole_number_signs_and_a_guess_is_answered_with_names(call: Call, site: Path) -> None:
    done = call("sign-in", "WQ")
    assert done.code == 1
    assert "V001 王强" in done.err


def test_operator_and_password_are_checked(call: Call, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("--as", "无此账号", "sign-in", "V001").code == 1
    monkeypatch.setenv("OPSDESK_PASSWORD", "not the password")
    done = call("sign-in", "V001", "--as", "主管")
    assert done.code == 1
    assert "账号或密码不对" in done.err


# print


def test_print_writes_both_files_records_them_and_answers_exactly(call: Call, demo: Demo, tmp_path: Path) -> None:
    out = tmp_path / "纸"
    done = call("print", "sign-in", "--day", "2026-03-04", "--out", str(out), "--json", home=demo.ctx.home)
    assert (done.code, done.err) == (0, "")
    files = [out / "到岗记录-2026-03-04.pdf", out / "到岗记录-2026-03-04.xlsx"]
    answer = json.loads(done.out)
    assert answer == {
        "files": [
            {
                "path": str(path),
                "size": path.stat().st_size,
                "format": path.suffix[1:],
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in files
        ],
        "document": {"number": "DG-20260304", "title": "到岗记录"},
        "codes": answer["codes"],
    }
    assert f"/Keywords ({answer['codes'][0]})".encode() in files[0].read_bytes()
    with demo.ctx.read() as connection:
        kept = connection.execute(select(PrintedPaper).order_by(PrintedPaper.id.desc()).limit(2)).mappings().all()
    assert {row["sha256"] for row in kept} == {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert [(row["code"], row["number"], row["by"]) for row in kept] == [("OD-F01", "DG-20260304", "命令行")] * 2
    assert all("·" in row["head"] for row in kept)


def test_print_month_in_one_format_names_path_and_size(call: Call, demo: Demo, tmp_path: Path) -> None:
    done = call(
        "print", "sign-in", "--month", "2026-02", "--out", str(tmp_path), "--format", "xlsx", home=demo.ctx.home
    )
    path = tmp_path / "到岗记录-2026-02.xlsx"
    assert done.code == 0
    assert done.out.startswith(f"{path}  ")
    assert done.out.rstrip().endswith(("KB", "字节"))
    assert not path.with_suffix(".pdf").exists()


def test_print_into_a_file_is_a_trouble_with_a_remedy(call: Call, demo: Demo, tmp_path: Path) -> None:
    place = tmp_path / "不是文件夹"
    place.write_text("x", encoding="utf-8")
    done = call("print", "sign-in", "--day", "2026-03-04", "--out", str(place), "--json", home=demo.ctx.home)
    assert done.code == 1
    assert json.loads(done.out)["remedy"]


# verify


def test_verify_of_a_sound_site(call: Call, site: Path) -> None:
    done = call("verify", "--json")
    found = json.loads(done.out)
    assert done.code == 0
    assert list(found) == ["sound", "links", "head", "findings"]
    assert (found["sound"], found["findings"]) == (True, [])
    assert found["links"] > 5
    assert len(found["head"]) == 64
    assert "审计链" in call("verify").out


def test_verify_finds_what_was_changed_behind_the_program(call: Call, site: Path) -> None:
    ctx = bootstrap.open_site(site)
    with ctx.writing.begin() as connection:
        connection.exec_driver_sql("UPDATE staff SET remarks = '改' WHERE staff_no = 'V001'")
    done = call("verify", "--json")
    found = json.loads(done.out)
    assert (done.code, found["sound"]) == (1, False)
    assert len(found["findings"]) == 1
    assert "staff 第 1 行" in found["findings"][0]
    assert "- 人员 V001 与审计链第" in call("verify").out


def test_verify_of_a_torn_file_is_a_finding_not_a_crash(call: Call, site: Path) -> None:
    (site / "ops.db").write_bytes((site / "ops.db").read_bytes()[:5000])
    done = call("verify", "--json")
    found = json.loads(done.out)
    assert (done.code, found["sound"], found["links"]) == (1, False, 0)
    assert len(found["findings"]) == 1


# bugs, streams, speed


def test_a_bug_is_logged_and_told_in_a_sentence(call: Call, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = bootstrap.open_site(site)
    with ctx.writing.begin() as connection:
        connection.exec_driver_sql("UPDATE setting SET value = '几' WHERE name = 'site.name'")
        connection.exec_driver_sql("INSERT INTO setting (name, value) VALUES ('paper.rows', '许多')")
    words = ("print", "sign-in", "--day", "2026-03-05", "--out", str(site / "out"))
    done = call(*words)
    log = fault_log.path_of(site)
    assert (done.code, done.out) == (1, "")
    assert "Traceback" not in done.err
    assert str(log) in done.err
    assert "ValueError" in log.read_text(encoding="utf-8")
    monkeypatch.setenv("OPSDESK_DEBUG", "1")
    assert "Traceback" in call(*words).err


def test_the_log_is_set_aside_when_large(tmp_path: Path) -> None:
    path = fault_log.path_of(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"x" * (fault_log.LARGEST + 1))
    fault_log.write(tmp_path, ValueError("new"), Clock().now())
    assert path.with_name("opsdesk.log.1").stat().st_size == fault_log.LARGEST + 1
    assert "ValueError: new" in path.read_text(encoding="utf-8")


def test_no_command_loads_qt(demo: Demo, tmp_path: Path) -> None:
    words = [
        ["verify"],
        ["doctor"],
        ["sign-in", "V0"],
        ["print", "sign-in", "--day", "2026-03-04", "--out", str(tmp_path)],
        ["import", "punches", "none.dat", "--dry-run"],
    ]
    program = (
        "import sys\nfrom opsdesk.__main__ import main\n"
        f"codes = [main(['--home', {str(demo.ctx.home)!r}, *each]) for each in {words!r}]\n"
        "assert not [name for name in sys.modules if name.startswith(('PySide6', 'shiboken6', 'opsdesk.ui'))]\n"
        "print(codes)\n"
    )
    done = python("-c", program)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().splitlines()[-1] == "[0, 0, 1, 0, 1]"


def test_a_terminal_without_chinese_gets_utf8(demo: Demo) -> None:
    done = python("-m", "opsdesk", "--home", str(demo.ctx.home), "verify", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "审计链" in done.stdout.decode("utf-8")


def test_json_is_utf8_even_where_the_terminal_is_gbk(demo: Demo, tmp_path: Path) -> None:
    words = ("--home", str(demo.ctx.home), "print", "sign-in", "--day", "2026-03-04", "--out", str(tmp_path), "--json")
    done = python("-m", "opsdesk", *words, PYTHONIOENCODING="gbk")
    assert json.loads(done.stdout.decode("utf-8"))["document"]["title"] == "到岗记录"


def test_a_wrong_call_is_answered_without_loading_the_program() -> None:
    program = (
        "import sys\nfrom opsdesk.__main__ import main\ncode = main(['nonsense'])\n"
        "assert not {'sqlalchemy', 'argon2', 'reportlab', 'openpyxl'} & set(sys.modules)\nsys.exit(code)\n"
    )
    assert python("-c", program).returncode == 2


def test_a_site_whose_clock_went_back_refuses_to_sign(call: Call, site: Path) -> None:
    ctx = bootstrap.open_site(site)
    ahead = ctx.clock.moment() + timedelta(hours=3)
    with ctx.acting_as(bootstrap.supervisor_of(ctx)).transaction("时钟确认") as tx:
        tx.event("clock", record_at=ahead.isoformat())
    assert call("sign-in", "V001").out.rstrip().endswith("“时间存疑”。")


# demo


def test_demo_opens_the_one_that_is_there(call: Call, demo: Demo) -> None:
    done = call("demo", "--no-window", home=demo.ctx.home)
    assert done.code == 0
    assert done.out.splitlines() == [
        "打开已有的演示站点，内容照旧。",
        "站点：云渡市信息中心",
        f"文件夹：{demo.ctx.home}",
        "操作人：周砚秋（主管）",
        f"密码：{demo.password}",
    ]
    refused = call("demo", "--seed", "2", "--no-window", home=demo.ctx.home)
    assert refused.code == 1
    assert "--home" in refused.err


def test_demo_builds_a_sound_site_up_to_this_moment(call: Call) -> None:
    done = call("demo", "--seed", "7", "--no-window")
    assert done.code == 0
    assert done.out.startswith("演示站点已建好")
    assert json.loads(call("verify", "--json").out)["sound"]


def test_demo_never_touches_a_real_site(call: Call, site: Path) -> None:
    before = (site / "ops.db").read_bytes()
    done = call("demo", "--no-window")
    assert done.code == 1
    assert "正式站点" in done.err
    assert (site / "ops.db").read_bytes() == before


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2026-03-05 09:00:00", "2026-03-05 09:00:00"),
        ("2026-03-05 08:59:59", "2026-03-04 17:56:00"),
        ("2026-03-08 12:00:00", "2026-03-06 17:56:00"),
        ("2026-02-28 12:00:00", "2026-02-28 12:00:00"),  # a Saturday that is worked
        ("2026-02-24 07:00:00", "2026-02-14 17:56:00"),  # after Spring Festival
    ],
)
def test_the_showcase_is_of_a_day_that_was_worked(now: str, shown: str) -> None:
    assert moment_to_show(FixedClock(datetime.fromisoformat(now))).now() == datetime.fromisoformat(shown)


def test_demo_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from opsdesk.cli import demo as command

    monkeypatch.delenv("OPSDESK_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert command.home(None).name == "OpsDesk-demo"
    assert command.home(str(tmp_path / "x")) == tmp_path / "x"
    monkeypatch.setenv("OPSDESK_HOME", str(tmp_path / "y"))
    assert command.home(None) == tmp_path / "y"
    assert main(["--home", str(tmp_path / "z"), "verify"]) == 1


def test_the_window_without_a_screen_is_told_in_a_sentence(tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    blind = {name: value for name, value in os.environ.items() if name not in hidden}
    call = [sys.executable, "-m", "opsdesk", "--home", str(tmp_path)]
    done = subprocess.run(call, env=blind, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert "没有图形界面" in done.stderr
