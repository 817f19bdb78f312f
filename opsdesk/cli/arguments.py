"""What can be typed after `opsdesk`. Only argparse is imported here, so that a wrong call is answered at once."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NoReturn

from opsdesk.cli import closing_arguments, reading_arguments

FORMATS = ("pdf", "xlsx")
KINDS = (
    "staff", "roster", "punches", "leave", "holidays", "incidents", "visits", "door-log", "assets", "dingtalk", "wecom",
)  # fmt: skip
PAPERS = (
    "sign-in", "attendance", "incident", "case", "incidents", "inspection", "visits", "permit", "evacuation", "lending",
    "appraisal", "offices", "report",
)  # fmt: skip
INCIDENT = ("事件编号", "SJ-20260305-001")
NUMBERED = {
    "incident": INCIDENT,
    "case": INCIDENT,
    "permit": ("审批单编号", "JF-20260305-01"),
    "lending": ("借用单编号", "JY-2026-0001"),
    "appraisal": ("考核周期", "2026Q1"),
    "report": ("报告编号", "RB-20260305-001"),
}
"""Papers of one record: what its number is called, and one as an example."""
GROUPS = ("severity", "category", "vendor", "person", "system")
MOST_MINUTES, MOST_TIMES = 24 * 60, 100

_SAID = (
    (r"the following arguments are required: (.+)", r"缺少 \1"),
    (r"unrecognized arguments: (.+)", r"多出了 \1"),
    (r"one of the arguments (.+) is required", r"\1 要写一个"),
    (r"argument (.+?): invalid choice: '(.*)' \(choose from (.+)\)", r"\1 没有“\2”，可选 \3"),
    (r"argument (.+?): expected one argument", r"\1 后面要写一个值"),
    (r"argument (.+?): invalid int value: '(.*)'", r"\1 要写整数，“\2”不是"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 和 \2 只能写一个"),
    (r"argument (.+?): ignored explicit argument '(.*)'", r"\1 后面不带值（“\2”）"),
    (r"ambiguous option: (.+?) could match (.+)", r"\1 不明确，可能是 \2"),
    (r"argument (.+?): (.+)", r"\1：\2"),
)


class _Usage(argparse.HelpFormatter):
    """Usage with a Chinese heading."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)

    def add_argument(self, action: argparse.Action) -> None:
        super().add_argument(action)
        for command in self._iter_indented_subactions(action):  # argparse forgets their indent: long names would wrap
            width = len(self._format_action_invocation(command)) + self._current_indent
            self._action_max_length = max(self._action_max_length, width)


class _Parser(argparse.ArgumentParser):
    """A parser that says in Chinese what is wrong, and exits with 2."""

    def __init__(self, *, with_help: bool = True, **settings: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Usage, allow_abbrev=False, **settings)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        if with_help:
            self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> NoReturn:
        said = message.replace(", 'showcase'", "")
        for pattern, words in _SAID:
            if (found := re.fullmatch(pattern, said)) is not None:
                said = found.expand(words)
                break
        self.exit(2, f"{self.format_usage()}命令写得不对：{said.rstrip('。')}。\n")


YEARS = (2000, 2099)
"""Years of which a sheet can be printed: from the day the shipped regulations hold."""


def _day(text: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = date.min
        if YEARS[0] <= day.year <= YEARS[1]:
            return day
    raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2026-03-05")


def _month(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    if found and 1 <= int(found[2]) <= 12 and YEARS[0] <= int(found[1]) <= YEARS[1]:
        return int(found[1]), int(found[2])
    raise argparse.ArgumentTypeError(f"“{text}”不是月份，请写成 2026-03")


def _minutes(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    if any(not re.fullmatch(r"\d{1,4}", part, re.ASCII) or int(part) > MOST_MINUTES for part in parts):
        raise argparse.ArgumentTypeError(f"“{text}”不是分钟数，请写成 26,26,40，每次不超过 {MOST_MINUTES} 分")
    if len(parts) > MOST_TIMES:
        raise argparse.ArgumentTypeError(f"一个月最多写 {MOST_TIMES} 次，这里写了 {len(parts)} 次")
    return tuple(int(part) for part in parts)


def _switch(text: str) -> tuple[str, str]:
    name, between, value = text.partition("=")
    if not between or not name.strip():
        raise argparse.ArgumentTypeError(f"“{text}”看不懂，请写成 late.free=2")
    return name.strip(), value.strip()


def _limit(text: str) -> int:
    if not re.fullmatch(r"\d{1,7}", text, re.ASCII) or not int(text):
        raise argparse.ArgumentTypeError(f"“{text}”不是件数，请写 1 到 9999999 的整数")
    return int(text)


def _formats(text: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if unknown := [each for each in chosen if each not in FORMATS]:
        raise argparse.ArgumentTypeError(f"没有“{'、'.join(unknown)}”这种格式，可写 pdf、xlsx 或 pdf,xlsx")
    if not chosen:
        raise argparse.ArgumentTypeError("要写至少一种格式：pdf、xlsx 或 pdf,xlsx")
    return chosen


def _anywhere(default: Any) -> _Parser:
    """Options that may stand before the command or after it."""
    options = _Parser(with_help=False)
    options.add_argument("--home", metavar="DIR", default=default, help="数据文件夹（也可用 OPSDESK_HOME 指定）")
    options.add_argument("--as", metavar="NAME", dest="operator", default=default, help="操作人，默认是建站时的主管")
    return options


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(prog="opsdesk", description="运维台。不写命令就打开窗口。", parents=[_anywhere(None)])
    again = [_anywhere(argparse.SUPPRESS)]
    commands = top.add_subparsers(dest="command", metavar="命令", title="命令", parser_class=_Parser)

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help_text, description=help_text, parents=again)

    def json_of(asked: argparse.ArgumentParser) -> None:
        asked.add_argument("--json", action="store_true", dest="as_json", help="结果写成一个 JSON 对象")

    demo = command("demo", "建一个虚构的演示站点（三个单位、二十多人、三个月记录），然后打开窗口")
    demo.add_argument("--seed", type=int, metavar="N", help="换一个数就是另一套数据，默认 1")
    demo.add_argument("--no-window", action="store_true", help="只建站点，不打开窗口")

    init = command("init", "不开窗口建立新站点；密码来自 OPSDESK_PASSWORD 或当场输入")
    init.add_argument("--site", metavar="NAME", required=True, help="单位全称，印在每张表上")
    init.add_argument("--project", metavar="NAME", default="", help="项目名称")
    init.add_argument("--supervisor", metavar="NAME", default="", help="主管账号名，默认“主管”")

    bring = command("import", "导入人员、排班、打卡、请假、设备台账、旧的记录等，或核对钉钉、企业微信的考勤报表")
    bring.add_argument(
        "what",
        metavar="|".join(KINDS),
        choices=KINDS,
        help="人员、排班、打卡、请假、放假安排、事件记录、机房出入、门禁记录、设备台账；钉钉、企业微信报表只核对",
    )
    bring.add_argument("file", metavar="FILE", help="xlsx、xls、csv 或考勤机导出的文件")
    bring.add_argument("--dry-run", action="store_true", help="只看会怎样，不写入，不需要密码")
    bring.add_argument("--add-vendors", action="store_true", help="人员名册里没登记过的外包单位一并登记")
    bring.add_argument("--map", metavar="MAP.toml", help="事件记录的列、日期格式和值的对照，用过一次就按表头记住")
    bring.add_argument("--create-values", action="store_true", help="事件记录里新的类别、等级、单位、人员按原文接受")
    bring.add_argument("--room", metavar="NAME", help="旧的出入登记没有写机房时，是哪个机房（只用于 visits）")
    bring.set_defaults(refuse=bring.error)
    json_of(bring)

    for name, help_text in (("sign-in", "某人到岗，记当前时间"), ("sign-out", "某人离岗，记当前时间")):
        sign = command(name, help_text)
        sign.add_argument("staff_no", metavar="工号")
        json_of(sign)

    _print(command("print", "把表写成文件"), json_of)
    _incidents(command("incidents", "查看运维事件和统计，只读不写，不需要密码"), again, json_of)
    _visits(command("visits", "看谁在机房，或核对出入登记和门禁记录，只读不写，不需要密码"), again, json_of)
    _law(command("law", "查看规章条款，或试算一个月的扣减"), again, json_of)
    reading_arguments.appraisal(command("appraisal", "考核评分，只读不写，不需要密码"), again, json_of)
    history = command("history", "谁在什么时候改了什么、为什么，只读不写，不需要密码")
    reading_arguments.history(history, _day, _limit)
    json_of(history)
    closing_arguments.add(command, json_of, _day, _month)

    export = command("export", "导出给外包单位的工作簿，每家一个，只含本单位的人员")
    export.add_argument("what", metavar="vendor", choices=("vendor",), help="按单位导出月度考勤")
    export.add_argument("month", type=_month, metavar="YYYY-MM", help="哪个月")
    export.add_argument("--out", metavar="DIR", required=True, help="文件写到哪个文件夹")
    export.add_argument("--vendor", metavar="V", help="只导出一家单位，写编码或简称")
    json_of(export)

    _care(command, json_of)

    showcase = commands.add_parser("showcase", parents=again)  # for `make run` where there is no display: not listed
    showcase.add_argument("--out", metavar="DIR", required=True)
    return top


def _care(
    command: Callable[[str, str], argparse.ArgumentParser], json_of: Callable[[argparse.ArgumentParser], None]
) -> None:
    """`backup`, `restore`, `purge`, `verify` and `doctor`."""
    keep = command("backup", "备份数据，写完打开核对，不需要密码")
    keep.add_argument("--to", metavar="DIR", help="另存到哪个文件夹，例如 U 盘；设了备份密码的会加密")
    json_of(keep)
    back = command("restore", "把一份备份恢复到新文件夹，不动现在的数据")
    back.add_argument("file", metavar="FILE", help="备份文件；加密的密码来自 OPSDESK_BACKUP_PASSWORD 或当场输入")
    back.add_argument("--into", metavar="DIR", required=True, help="新的或空的文件夹")
    json_of(back)
    purge = command("purge", "清除到期的访客个人信息和旧备份，清除后不能找回")
    purge.add_argument("--dry-run", action="store_true", help="只看要清除什么，不写入，不需要密码")
    json_of(purge)
    verify = command("verify", "核对数据库和审计链；写校验码或文件，就核对一张签发的表")
    verify.add_argument(
        "words", metavar="CODE|FILE", nargs="*", help="表右下角的校验码、扫到的二维码，或本系统写出的文件"
    )
    json_of(verify)
    json_of(command("doctor", "检查字库、数据库、备份、磁盘、时钟、输入法和版本"))


def _print(paper: argparse.ArgumentParser, json_of: Callable[[argparse.ArgumentParser], None]) -> None:
    """Which paper, of what, and where to."""
    paper.add_argument(
        "paper",
        metavar="|".join(PAPERS),
        choices=PAPERS,
        help="到岗记录、月度考勤汇总表、一张事件记录单、一份 case 报告、某天的事件清单、某月的事件统计、"
        "某天的机房巡检表、机房出入登记表、一张进入审批单、现在的疏散清点单、一张设备借用单、一个周期的考核、"
        "某月的开关门及消防检查表或一份日报、周报、季度总结",
    )
    paper.add_argument(
        "number",
        metavar="NUMBER",
        nargs="?",
        help="编号（只用于 incident、case、permit、lending 和 report），考核写周期",
    )
    span = paper.add_mutually_exclusive_group()
    span.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="某天的到岗记录、事件清单、巡检表或机房出入登记表")
    span.add_argument(
        "--month",
        type=_month,
        metavar="YYYY-MM",
        help="某月的到岗记录、考勤汇总表、事件统计、机房出入登记表或开关门检查表",
    )
    paper.add_argument(
        "--vendor", metavar="V", help="只印一家单位，写编码或简称（只用于 incidents --month 和 appraisal）"
    )
    paper.add_argument("--scheme", metavar="S", help="考核方案的编码，例如 T1Q（只用于 appraisal）")
    paper.add_argument("--out", metavar="DIR", required=True, help="文件写到哪个文件夹")
    paper.add_argument(
        "--format", type=_formats, metavar="pdf,xlsx", default=FORMATS, dest="formats", help="默认两种都写"
    )
    paper.set_defaults(refuse=paper.error)
    json_of(paper)


def _check_print(asked: argparse.Namespace) -> None:
    """Refuse what does not belong to the paper: some are of one incident, some of a day, some of a month."""
    single = asked.paper in NUMBERED
    if single and (asked.day or asked.month):
        like = f"print {asked.paper} {NUMBERED[asked.paper][1]}"
        asked.refuse(f"{asked.paper} 按编号印，不能写 --day 或 --month，请写成 {like}")
    if single and not asked.number:
        called, like = NUMBERED[asked.paper]
        asked.refuse(f"{asked.paper} 要写{called}，请写成 print {asked.paper} {like}")
    if not single and asked.number:
        asked.refuse(f"unrecognized arguments: {asked.number}")
    if asked.paper == "attendance" and asked.month is None:
        asked.refuse("考勤汇总表按月印，请写 --month 2026-03")
    if asked.paper == "offices" and asked.month is None:
        asked.refuse("开关门及消防检查表按月印，请写 --month 2026-03")
    if asked.paper == "inspection" and asked.day is None:
        asked.refuse("巡检表按天印，请写 --day 2026-03-05")
    if asked.paper == "evacuation" and (asked.day or asked.month):
        asked.refuse("疏散清点单按现在在场的人印，不能写 --day 或 --month")
    if not single and asked.paper != "evacuation" and asked.day is None and asked.month is None:
        asked.refuse("one of the arguments --day --month is required")
    if asked.vendor and not ((asked.paper == "incidents" and asked.month) or asked.paper == "appraisal"):
        asked.refuse("--vendor 只用于 print incidents --month 和 print appraisal，只印一家单位")
    if asked.scheme and asked.paper != "appraisal":
        asked.refuse("--scheme 只用于 print appraisal")


def _incidents(
    incidents: argparse.ArgumentParser, again: list[Any], json_of: Callable[[argparse.ArgumentParser], None]
) -> None:
    """`incidents list`, `incidents show` and `incidents stats`."""
    acts = incidents.add_subparsers(dest="action", metavar="list|show|stats", title="动作", required=True)

    def act(name: str, help_text: str) -> argparse.ArgumentParser:
        made = acts.add_parser(name, help=help_text, description=help_text, parents=again)
        made.set_defaults(refuse=made.error)
        json_of(made)
        return made

    def period(made: argparse.ArgumentParser, *, required: bool) -> None:
        made.add_argument(
            "--from", type=_day, metavar="YYYY-MM-DD", dest="first", required=required, help="从哪天接到的"
        )
        made.add_argument(
            "--to", type=_day, metavar="YYYY-MM-DD", dest="last", required=required, help="到哪天为止，含当天"
        )
        made.add_argument("--vendor", metavar="V", help="只看一家单位，写编码或简称")

    listed = act("list", "列出事件，最近的在前")
    listed.add_argument("--state", metavar="S", help="状态，例如 未结、待交单、待签收、处理中")
    period(listed, required=False)
    listed.add_argument("--find", metavar="TEXT", default="", help="查找的字词，空格隔开的每个词都要有")
    listed.add_argument("--limit", type=_limit, metavar="N", default=200, help="最多列出多少件，默认 200")
    act("show", "一件事件的全部内容、时限和经过").add_argument("number", metavar="NUMBER", help="事件编号")
    stats = act("stats", "统计一段时间接到的事件")
    period(stats, required=True)
    stats.add_argument("--by", metavar="|".join(GROUPS), choices=GROUPS, help="按等级、类别、单位、处理人或系统分组")


def _visits(
    visits: argparse.ArgumentParser, again: list[Any], json_of: Callable[[argparse.ArgumentParser], None]
) -> None:
    """`visits inside` and `visits check`."""
    acts = visits.add_subparsers(dest="action", metavar="inside|check", title="动作", required=True)

    def act(name: str, help_text: str) -> argparse.ArgumentParser:
        made = acts.add_parser(name, help=help_text, description=help_text, parents=again)
        made.set_defaults(refuse=made.error, first=None, last=None)
        json_of(made)
        return made

    act("inside", "现在谁在机房，超时的在前")
    check = act("check", "核对出入登记和门禁记录")
    check.add_argument("--from", type=_day, metavar="YYYY-MM-DD", dest="first", required=True, help="从哪天起")
    check.add_argument("--to", type=_day, metavar="YYYY-MM-DD", dest="last", required=True, help="到哪天为止，含当天")


def _check_period(asked: argparse.Namespace) -> None:
    if asked.first and asked.last and asked.first > asked.last:
        asked.refuse(f"--from {asked.first} 晚于 --to {asked.last}，请核对")


def _law(law: argparse.ArgumentParser, again: list[Any], json_of: Callable[[argparse.ArgumentParser], None]) -> None:
    """`law list`, `law show` and `law try`."""
    acts = law.add_subparsers(dest="action", metavar="list|show|try", title="动作", required=True)

    def act(name: str, help_text: str) -> argparse.ArgumentParser:
        made = acts.add_parser(name, help=help_text, description=help_text, parents=again)
        made.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="按哪一天的规定，默认今天")
        json_of(made)
        return made

    act("list", "列出条款").add_argument("--regulation", metavar="T2", help="只列一部规章")
    act("show", "一条的内容、数值和历次修订").add_argument("key", metavar="KEY", help="条款，例如 T2-ATT-07")
    trial = act("try", "试算一个月的扣减，什么也不写")
    trial.add_argument("what", metavar="month", choices=("month",), help="一个月")
    trial.add_argument("--late", type=_minutes, default=(), metavar="26,26", help="每次迟到的分钟")
    trial.add_argument("--early", type=_minutes, default=(), metavar="30,30", help="每次早退的分钟")
    trial.add_argument("--regulation", default="T2", metavar="T2", help="按哪部规章，默认 T2")
    trial.add_argument(
        "--set",
        type=_switch,
        action="append",
        default=[],
        dest="switches",
        metavar="late.free=2",
        help="换一个数值或口径，可写多次",
    )


def read(argv: Sequence[str] | None) -> argparse.Namespace:
    """The call as typed; a wrong one ends in SystemExit(2) with a sentence."""
    top = parser()
    asked, rest = top.parse_known_args(argv)
    if asked.command == "print" and len(rest) == 1 and not rest[0].startswith("-") and not asked.number:
        asked.number = rest.pop()  # a number that stands behind the options
    if rest:
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    if asked.command == "print":
        _check_print(asked)
    elif asked.command in {"visits", "history"} or (asked.command == "incidents" and asked.action != "show"):
        _check_period(asked)
    elif asked.command == "import" and asked.what != "incidents" and (asked.map or asked.create_values):
        asked.refuse("--map 和 --create-values 只用于 incidents")
    if asked.command == "import" and asked.what != "visits" and asked.room:
        asked.refuse("--room 只用于 visits")
    asked.as_json = getattr(asked, "as_json", False)
    return asked
