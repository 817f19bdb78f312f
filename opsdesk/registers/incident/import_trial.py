"""A foreign register tried without storing anything: its columns, the words that the site does not know, the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from opsdesk.imports.column_map import ColumnMap
from opsdesk.imports.incidents import IncidentFile, guessed, lay_out, open_book, read_incidents
from opsdesk.models import Vendor
from opsdesk.registers.incident import import_maps, import_names, import_sorting
from opsdesk.registers.incident.import_names import Names
from opsdesk.registers.incident.importing import result_of
from opsdesk.registers.incident.service import CHOSEN
from opsdesk.rules.vocabulary import IncidentKind
from opsdesk.services import incident_options
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.import_result import ImportResult

Progress = Callable[[int, int], bool]
ADDED = frozenset(CHOSEN)
"""Fields whose new words become choices of the site."""
KEPT = frozenset({"vendor"})
"""Fields whose new words can be kept as they are written."""


@dataclass(frozen=True)
class Stranger:
    """A word of the file that the site does not know: of which field, in how many rows, whether it is taken over."""

    field: str
    word: str
    rows: int
    accepted: bool = False


@dataclass(frozen=True)
class Trial:
    """What became of trying a file. `refusal` stands in the place of `result` where the file cannot be read as it is.

    `mapping` is the map used: given, or remembered, or empty. `columns` is the heading of each field found;
    `recognised`: every heading of the file is one of ours. `choices` are the words of the site by field.
    """

    headings: tuple[str, ...]
    columns: Mapping[str, str]
    mapping: ColumnMap
    recognised: bool
    strangers: tuple[Stranger, ...]
    choices: Mapping[str, tuple[str, ...]]
    result: ImportResult | None
    refusal: Refusal | None


def tried(ctx: Context, path: Path, mapping: ColumnMap | None = None, progress: Progress | None = None) -> Trial:
    """Try a file with this map, else with the one remembered for its headings. Refuses what is no table at all."""
    ctx.require(*WRITERS)
    book = open_book(path)
    with ctx.read() as connection:
        used = mapping or import_maps.remembered(connection, book) or ColumnMap()
        choices = _choices(connection)
    layout, file, refusal = guessed(book), None, None
    try:
        layout = lay_out(book, used)
        file = read_incidents(book, layout, used, progress)
    except Refusal as no:
        refusal = no
    if file is None:
        return Trial(
            headings=layout.headings if layout else (),
            columns=used.columns or (layout.columns if layout else {}),
            mapping=used,
            recognised=False,
            strangers=(),
            choices=choices,
            result=None,
            refusal=refusal,
        )
    with ctx.read() as connection:
        names = import_names.load(connection, used, create=False)
        result = result_of(file, import_sorting.sort(connection, file, names, ctx.now()))
    return Trial(
        headings=file.layout.headings,
        columns=file.layout.columns,
        mapping=used,
        recognised=not file.left,
        strangers=tuple(_strangers(file, names)),
        choices=choices,
        result=result,
        refusal=None,
    )


def _choices(connection: Connection) -> dict[str, tuple[str, ...]]:
    vendors = connection.execute(select(Vendor.short_name).order_by(Vendor.code)).scalars()
    return {
        **{each: tuple(incident_options.names(connection, what)) for each, what in CHOSEN.items()},
        "vendor": tuple(vendors),
        "kind": tuple(str(kind) for kind in IncidentKind),
        "urgent": ("是", "否"),
    }


def _strangers(file: IncidentFile, names: Names) -> Iterator[Stranger]:
    """Words that somebody has to say what they are, the most frequent of each field first."""
    found: Mapping[str, Counter[str]] = {**file.strange, **names.unknown}
    for each in (*CHOSEN, "kind", "urgent", "vendor", "person"):
        for word, rows in found.get(each, Counter[str]()).most_common():
            yield Stranger(each, word, rows, names.accepts(each, word))
