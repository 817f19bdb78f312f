"""Opening the site for a command, and who gives it."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from opsdesk import bootstrap
from opsdesk.services import accounts
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal

NO_SITE = (
    "这里还没有建立站点：{home}。请先运行 opsdesk init --site 单位名称，或打开窗口完成首次设置，"
    "也可用 --home 指定别处。"
)


def open_existing(home: Path) -> Context:
    """Open the site of `home`, which must have been set up; nothing is created where there is none."""
    if not bootstrap.database(home).exists():
        raise Refusal(NO_SITE.format(home=home))
    ctx = bootstrap.open_site(home)
    if not bootstrap.is_set_up(ctx):
        raise Refusal(NO_SITE.format(home=home))
    return ctx


def log_in(ctx: Context, name: str | None) -> Context:
    """The site with the operator at the desk: `name`, else the supervisor that `init` made; the password is checked."""
    operator = name or bootstrap.supervisor_of(ctx).name
    password = bootstrap.password_from_environment()
    if password is None:
        password = asked(f"{operator} 的密码：")
    return ctx.acting_as(accounts.log_in(ctx, name=operator, password=password))


def looking(ctx: Context) -> Context:
    """The site as the supervisor sees it, for acts that only say what would happen."""
    return ctx.acting_as(bootstrap.supervisor_of(ctx))


def as_command_line(ctx: Context) -> Context:
    """The site for reading and printing, which need no password; the record says that it was the command line."""
    from opsdesk.rules.vocabulary import Role

    return ctx.acting_as(Actor("命令行", Role.READER))


def new_password() -> str:
    """The password of a new site: OPSDESK_PASSWORD, or typed twice."""
    password = bootstrap.password_from_environment()
    if password is None:
        password = asked("设置主管密码（至少 8 个字符）：")
        if asked("再输入一次：") != password:
            raise Refusal("两次输入的密码不一样，没有建立站点。请再运行一次。", field="password")
    return password


def asked(prompt: str) -> str:
    """A password typed at the keyboard, never waited for where there is none."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refusal("没有给出密码。请在终端里运行，或设置环境变量 OPSDESK_PASSWORD。", field="password")
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise Refusal("没有输入密码。请再运行一次。", field="password") from None
