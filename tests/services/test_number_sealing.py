"""Sealed identity numbers: the mask to read, the number only with the password, nothing changed unseen."""

from __future__ import annotations

from base64 import b64decode, b64encode

import machine_room
import pytest

from opsdesk.models import Base, PermitPerson, Visit, Visitor
from opsdesk.services import id_numbers, number_sealing
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.id_numbers import SEAL
from opsdesk.services.password_lock import new_lock

PASSWORD = "保险柜第二层的蓝本子"
LOCK, OTHER = new_lock(PASSWORD), new_lock("保险柜第二层的红本子")
KEY = number_sealing.key(PASSWORD, LOCK)
CARD = machine_room.id_number(7)
SEALED = number_sealing.seal(CARD, LOCK)
NUMBERS = [CARD, "E12345678", "H12345678", "12345", "ABCDEFGH", "京公1234567号", "110101900307001", "X" * 30]


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_sealed_shows_its_mask_and_opens_whole(number: str) -> None:
    kept = number_sealing.seal(number, LOCK)
    assert number not in kept
    assert kept.startswith(f"{id_numbers.masked(number)}{SEAL}")
    assert id_numbers.masked(kept) == id_numbers.masked(number)
    assert id_numbers.last_four(kept) == id_numbers.last_four(number)
    assert number_sealing.opened(kept, KEY) == number
    mask = id_numbers.readable(kept)
    assert (id_numbers.masked(mask), id_numbers.last_four(mask)) == (mask, id_numbers.last_four(number))


def test_two_seals_of_one_number_differ_and_all_are_equally_long() -> None:
    seals = [number_sealing.seal(number, LOCK) for number in (CARD, CARD, "E12345678", "123456")]
    assert len(set(seals)) == len(seals)
    assert len({len(each.partition(SEAL)[2]) for each in seals}) == 1


@pytest.mark.parametrize(("number", "plain"), [
    (None, False), ("", False), ("1", False), ("002X", False), ("12345", True), (CARD, True),
    (id_numbers.masked(CARD), False), (SEALED, False),
])  # fmt: skip
def test_only_what_says_more_than_its_last_four_is_sealed_and_once(number: str | None, plain: bool) -> None:
    assert number_sealing.is_plain(number) is plain
    kept = number_sealing.sealed("visit", {"id_number": number, "name": "周工"}, LOCK)
    assert (kept["id_number"] != number) is plain
    assert kept["name"] == "周工"


@pytest.mark.parametrize(("password", "said"), [
    ("", "请输入证件号密码"), (f"{PASSWORD} ", "密码不对"), ("保险柜第二层的红本子", "密码不对"),
])  # fmt: skip
def test_another_password_is_refused(password: str, said: str) -> None:
    with pytest.raises(Refusal, match=said) as refused:
        number_sealing.key(password, LOCK)
    assert refused.value.field == "number_password"


def test_a_seal_that_was_changed_or_is_of_another_lock_does_not_open() -> None:
    kept = number_sealing.seal(CARD, LOCK)
    mask, _, rest = kept.partition(SEAL)
    raw = b64decode(rest)
    spoilt = {
        "another mask": f"9{kept[1:]}",
        "one bit": f"{mask}{SEAL}{b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()}",
        "cut": f"{mask}{SEAL}{b64encode(raw[:-9]).decode()}",
        "cut short": f"{mask}{SEAL}{b64encode(raw[:9]).decode()}",
        "no base64": f"{mask}{SEAL}?{rest}",
        "a public half that gives nothing": f"{mask}{SEAL}{b64encode(bytes(32) + raw[32:]).decode()}",
        "another lock": number_sealing.seal(CARD, OTHER),
    }
    for what, text in spoilt.items():
        with pytest.raises(Trouble, match="读不出来"):
            number_sealing.opened(text, KEY)
        assert what


def test_every_column_of_identity_numbers_is_marked() -> None:
    assert number_sealing.models() == (PermitPerson, Visit, Visitor)
    for table in Base.metadata.tables.values():
        named = tuple(each.name for each in table.columns if each.name.startswith("id_number"))
        assert named == number_sealing.columns(table.name)


def test_nobody_can_type_a_seal() -> None:
    assert SEAL not in id_numbers.cleaned(number_sealing.seal(CARD, LOCK))


@pytest.mark.parametrize(("one", "other", "same"), [
    (CARD, CARD, True), (CARD, machine_room.id_number(8), False), (None, None, True), (CARD, None, False),
    (SEALED, CARD, True), (SEALED, number_sealing.seal(CARD, LOCK), True), (SEALED, None, False),
    (SEALED, machine_room.id_number(8), False),
    (id_numbers.masked(CARD), CARD, True),
])  # fmt: skip
def test_sealed_numbers_are_one_where_their_masks_are(one: str | None, other: str | None, same: bool) -> None:
    assert id_numbers.same(one, other) is id_numbers.same(other, one) is same
