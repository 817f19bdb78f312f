"""Personal numbers as lists show them: enough to recognise, too little to use (`promises.md` H16)."""

from __future__ import annotations

from opsdesk.services.context import WRITERS

HIDDEN = "****"


def phone(number: str | None) -> str:
    """138****5678; of shorter numbers the last two or four digits."""
    if not number:
        return ""
    if len(number) >= 11:
        return f"{number[:3]}{HIDDEN}{number[-4:]}"
    return f"{HIDDEN}{number[-4:] if len(number) >= 7 else number[-2:] if len(number) >= 5 else ''}"


def phone_for(role: str, number: str | None) -> str:
    """A telephone as somebody of this role sees it: whole for 主管 and 服务台, masked for others."""
    return number or "" if role in WRITERS else phone(number)


def email(address: str | None) -> str:
    """w****@example.com."""
    if not address:
        return ""
    name, at, domain = address.partition("@")
    return f"{name[:1]}{HIDDEN}{at}{domain}"
