"""An incident by its number, as people type it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Incident


def found(connection: Connection, typed: str) -> Mapping[Any, Any] | None:
    """Id, number and `void_at` of the incident numbered as it is typed, else as typed in capitals; None where none is.

    Our own numbers have capitals, those of an imported register any letters.
    """
    for number in dict.fromkeys((typed, typed.upper())):
        query = select(Incident.id, Incident.number, Incident.void_at).where(Incident.number == number)
        if (row := connection.execute(query).mappings().one_or_none()) is not None:
            return row
    return None
