"""`init`, `sign-in` and `sign-out`."""

from __future__ import annotations

from pathlib import Path

from opsdesk import bootstrap
from opsdesk.cli import desk, exits, saying
from opsdesk.registers.sign_in import service
from opsdesk.registers.sign_in.find import find
from opsdesk.rules.vocabulary import Direction
from opsdesk.services import accounts
from opsdesk.services.context import Context
from opsdesk.services.duties import Person
from opsdesk.services.errors import Refusal
from opsdesk.services.text import one_line


def init(home: Path, *, site: str, project: str, supervisor: str) -> int:
    """Set up a new site with its supervisor."""
    if not one_line(site):
        raise Refusal("站点名称不能空着。请用 --site 写单位全称，它会印在每张表上。", field="site")
    if bootstrap.database(home).exists() and bootstrap.is_set_up(bootstrap.open_site(home)):
        raise Refusal(f"{home} 里已经有一个站点，没有改动。要另建站点，请用 --home 指定另一个文件夹。")
    password = desk.new_password()
    accounts.check_password(password)
    ctx = bootstrap.open_site(home)
    actor = bootstrap.found_site(
        ctx, site=site, password=password, supervisor=supervisor or bootstrap.SUPERVISOR, project=project
    )
    saying.result(f"已建立站点“{one_line(site)}”。")
    saying.result(f"主管账号：{actor.name}")
    saying.result(f"数据文件夹：{home}")
    return exits.DONE


def sign(home: Path, staff_no: str, *, operator: str | None, out: bool, as_json: bool) -> int:
    """Sign the person with this 工号 in or out at the clock's time."""
    ctx = desk.open_existing(home)
    person = _person(ctx, staff_no)
    signed = service.sign(
        desk.log_in(ctx, operator), staff_id=person.id, direction=Direction.OUT if out else Direction.IN
    ).value
    if as_json:
        saying.one_object(
            {
                "staff_no": person.staff_no,
                "name": person.name,
                "day": signed.day.isoformat(),
                "at": signed.at.isoformat(" "),
                "direction": str(signed.direction),
                "judgement": str(signed.judgement),
                "sentence": signed.sentence,
                "repeated": signed.repeated,
            }
        )
    else:
        saying.result(signed.sentence)
    return exits.DONE


def _person(ctx: Context, typed: str) -> Person:
    """By 工号 alone: on a command line nobody sees a wrong guess in time. Refuses with what it may have meant."""
    wanted = one_line(typed).upper()
    staff = service.staff_of(ctx)
    for person in staff:
        if person.staff_no.upper() == wanted:
            return person
    near = "、".join(f"{person.staff_no} {person.name}" for person in find(staff, typed, ctx.today())[:5])
    hint = f"要找的可能是 {near}，请用工号再输一次。" if near else "请核对工号，或先在人员中登记。"
    raise Refusal(f"没有工号是“{one_line(typed)}”的人员。{hint}")
