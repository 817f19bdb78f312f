"""Under which keys the drafts of an incident are kept, and which of them are of no use any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opsdesk.register import Act, Field
from opsdesk.services.drafts import Drafts

STEP, ACT = "+step", "act:"
"""Key of the draft of a handling step, and before the keys of what an act asks."""


def key_of(record_id: int, field: str = "") -> str:
    """The key of a field's draft; without a field, what the keys of all drafts of the record begin with."""
    return f"incident:{record_id}:{field}"


def drop_closed(drafts: Drafts, fields: Sequence[Field], record_id: int) -> list[str]:
    """Forget what was typed into the form and the line of a record that is closed; gives it with its titles."""
    found = drafts.of(key_of(record_id))
    titles = {field.key: field.title for field in fields} | {STEP: "处理过程"}
    for key in titles.keys() & found.keys():
        drafts.forget_text(key_of(record_id, key), found[key])
    return [f"{title}：{found[key].strip()}" for key, title in titles.items() if found.get(key, "").strip()]


def forget_acts(drafts: Drafts, acts: Sequence[Act], row: Mapping[str, Any]) -> None:
    """Forget what was typed into the forms of acts that are no longer offered."""
    prefix = key_of(row["id"], ACT)
    for key in {rest.partition(":")[0] for rest in drafts.of(prefix)}:
        act = next((each for each in acts if each.key == key), None)
        if act is None or (act.offered is not None and not act.offered(row)):
            drafts.forget(f"{prefix}{key}:")
