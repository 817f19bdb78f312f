"""The registers of the site in the order of their tabs."""

from __future__ import annotations

from opsdesk.register import Register
from opsdesk.registers.account.spec import REGISTER as ACCOUNT
from opsdesk.registers.calendar.spec import REGISTER as CALENDAR
from opsdesk.registers.contact.spec import REGISTER as CONTACT
from opsdesk.registers.contract.spec import REGISTER as CONTRACT
from opsdesk.registers.correction.spec import REGISTER as CORRECTION
from opsdesk.registers.hours.spec import REGISTER as HOURS
from opsdesk.registers.leave.spec import REGISTER as LEAVE
from opsdesk.registers.post.spec import REGISTER as POST
from opsdesk.registers.roster.spec import REGISTER as ROSTER
from opsdesk.registers.shift.spec import REGISTER as SHIFT
from opsdesk.registers.sign_in.spec import REGISTER as SIGN_IN
from opsdesk.registers.staff.spec import REGISTER as STAFF
from opsdesk.registers.vendor.spec import REGISTER as VENDOR

REGISTERS: tuple[Register, ...] = (
    # 请假排班
    LEAVE,
    ROSTER,
    CORRECTION,
    SIGN_IN,
    # 人员单位
    STAFF,
    VENDOR,
    CONTRACT,
    POST,
    SHIFT,
    CONTACT,
    # 设置
    HOURS,
    CALENDAR,
    ACCOUNT,
)
"""Every register, in the order of the tabs."""


def by_slug(slug: str) -> Register:
    """The register called `slug`. KeyError where there is none."""
    return _BY_SLUG[slug]


_BY_SLUG = {register.slug: register for register in REGISTERS}
