"""From a refusal, a trouble or a bug to an exit code and a sentence: 0 done, 1 refused, 2 wrong call."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opsdesk.cli import saying
from opsdesk.services.errors import Refusal, Trouble

DONE, REFUSED, WRONG_CALL = 0, 1, 2


def guarded(work: Callable[[], int], home: Path, *, as_json: bool = False) -> int:
    """Do the work of a command; whatever stops it becomes a sentence (and with `as_json` an object) and exit 1."""
    try:
        code = work()
        if sys.stdout is not None:  # a program without a console has none
            sys.stdout.flush()
    except Refusal as refusal:
        findings = [{"row": finding.row, "reason": finding.reason} for finding in refusal.findings]
        return _refused({"refused": str(refusal), "findings": findings}, str(refusal), as_json)
    except Trouble as trouble:
        said = f"{trouble}{trouble.remedy}"
        return _refused({"refused": str(trouble), "remedy": trouble.remedy}, said, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except KeyboardInterrupt:
        return _refused({"refused": "已中断。"}, "已中断，没有做完的一步没有写入。", as_json)
    except Exception as error:  # noqa: BLE001 — the last stop: a bug is logged and told, never shown raw
        said = _bug(error, home)
        return _refused({"refused": said}, said, as_json)
    return code


def _refused(values: dict[str, Any], said: str, as_json: bool) -> int:
    if as_json:
        saying.one_object(values)
    saying.sentence(said)
    return REFUSED


def _bug(error: Exception, home: Path) -> str:
    from opsdesk.services import fault_log
    from opsdesk.services.clock import Clock

    if os.environ.get("OPSDESK_DEBUG") == "1":
        traceback.print_exception(error)
    try:
        log = fault_log.write(home, error, Clock().now())
    except OSError:
        return f"程序出错（{type(error).__name__}），日志也写不进 {home}。请设 OPSDESK_DEBUG=1 再运行一次，查看详情。"
    return f"程序出错（{type(error).__name__}），没有做完。详情在 {log}，请把它交给技术支持。"
