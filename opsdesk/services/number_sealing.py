"""Identity numbers as a site may keep them: the mask to read, the number behind it only with a password.

Sealed with a lock (`password_lock`), so that the desk can write and not read: `1101**********002X‖` and base64 of the
ephemeral public half and the encrypted number, filled up to one length and bound to its mask. Two seals of one number
differ, and there is no keyed hash beside them: with half of a number on show one could try out the rest. So the same
person is told by name and mask. What is not longer than its last four is kept as it is.

`Transaction` seals whatever it writes into a column that is marked so; nothing else has to think of it.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from opsdesk.models import Base, Setting
from opsdesk.services import id_numbers, password_lock
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.password_lock import EPHEMERAL, Lock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

SETTING = "privacy.number_lock"
PURPOSE = b"opsdesk identity number 1"
NONCE = bytes(12)
"""Each seal has a key of its own."""


def lock(connection: Connection) -> Lock | None:
    """The lock under which identity numbers are written; None where the site keeps them as they are."""
    kept = connection.execute(select(Setting.value).where(Setting.name == SETTING)).scalar_one_or_none()
    return password_lock.lock_of(kept or "")


@cache
def columns(table: str) -> tuple[str, ...]:
    """The columns of a table that hold identity numbers."""
    return tuple(each.name for each in Base.metadata.tables[table].columns if each.info.get("number"))


@cache
def models() -> tuple[type[Base], ...]:
    """The tables that hold identity numbers."""
    mapped = sorted((each.class_ for each in Base.registry.mappers), key=lambda each: each.__tablename__)
    return tuple(each for each in mapped if columns(each.__tablename__))


def is_plain(number: str | None) -> bool:
    """Whether there is a number here of which more can be read than its mask says."""
    return number is not None and len(number) > id_numbers.FOUR and id_numbers.HIDDEN not in number


def sealed(table: str, values: Mapping[str, Any], under: Lock) -> Mapping[str, Any]:
    """A row, or what changes of it, with its identity numbers sealed."""
    plain = [name for name in columns(table) if is_plain(values.get(name))]
    return {**values, **{name: seal(values[name], under) for name in plain}} if plain else values


def seal(number: str, under: Lock) -> str:
    """A number as it is kept under a lock."""
    mask = id_numbers.masked(number)
    ephemeral, cipher = password_lock.writing(under, PURPOSE)
    hidden = cipher.encrypt(NONCE, number.ljust(id_numbers.LONGEST).encode(), mask.encode())
    return f"{mask}{id_numbers.SEAL}{b64encode(ephemeral + hidden).decode()}"


def key(password: str, under: Lock) -> X25519PrivateKey:
    """What opens numbers written under a lock. Refuses a password that is missing, or not the one."""
    if not password:
        raise Refusal("证件号已加密，请输入证件号密码。", field="number_password")
    found = password_lock.key_of(password, under)
    if found is None:
        raise Refusal("证件号密码不对，大小写和空格都要一样。请核对后再输一次。", field="number_password")
    return found


def opened(kept: str, by: X25519PrivateKey) -> str:
    """The whole number; of one that is not sealed itself. Trouble where the seal was spoilt, or is another lock's."""
    from cryptography.exceptions import InvalidTag

    if not id_numbers.is_sealed(kept):
        return kept
    mask, _, rest = kept.partition(id_numbers.SEAL)
    try:
        raw = b64decode(rest, validate=True)
        cipher = password_lock.reading(by, raw[:EPHEMERAL], PURPOSE)
        return cipher.decrypt(NONCE, raw[EPHEMERAL:], mask.encode()).decode().rstrip(" ")
    except (ValueError, InvalidTag):
        raise Trouble(
            f"{mask} 的加密内容读不出来，可能被改动过。", remedy="请到“设置 · 校验”核对全部数据，或从备份恢复。"
        ) from None
