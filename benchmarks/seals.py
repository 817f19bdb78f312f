"""P12: codes and forms altered in every way, none of which the check may take. `python benchmarks/seals.py [COUNT]`.

Of COUNT altered codes (100,000 unless said otherwise) none may be found; of COUNT altered forms none may have the hash
that was issued. Ends with 1 where any is.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from opsdesk import bootstrap, issued
from opsdesk.exports import issuing, seal
from opsdesk.exports.document import Column, Document, Table
from opsdesk.services import seal_code
from opsdesk.services.clock import FixedClock
from opsdesk.services.seals import Finding

SEED, FORMS, ROWS, COLUMNS = 12, 200, 16, 6
COUNT = 100_000
WORDS = "王李张刘陈杨赵黄周吴01234567890:√×△"


def form(chance: random.Random, number: int) -> Document:
    """A register of random words."""
    rows = tuple(
        tuple("".join(chance.choices(WORDS, k=chance.randint(0, 8))) for _ in range(COLUMNS)) for _ in range(ROWS)
    )
    table = Table(tuple(Column(f"栏{n}", 1) for n in range(COLUMNS)), rows)
    return Document("OD-X", "A/0", "名册", f"MC-{number}", "名册", "名册", "示例市信息中心", (table,))


def altered_code(chance: random.Random, code: str) -> str:
    """The code with one to sixteen signs exchanged for others."""
    signs = list(code.replace("-", ""))
    for place in chance.sample(range(len(signs)), chance.randint(1, len(signs))):
        signs[place] = chance.choice(seal_code.ALPHABET.replace(signs[place], ""))
    return seal_code.grouped("".join(signs))


def altered_form(chance: random.Random, made: Document) -> Document:
    """The form with one cell said otherwise, by one character or altogether."""
    (table,) = made.body
    assert isinstance(table, Table)
    rows = [list(row) for row in table.rows]
    row, column = chance.randrange(ROWS), chance.randrange(COLUMNS)
    words = str(rows[row][column])
    place = chance.randrange(len(words) + 1)
    rows[row][column] = words[:place] + chance.choice(WORDS) + words[place + chance.randint(0, 1) :]
    return replace(made, body=(replace(table, rows=tuple(map(tuple, rows))),))


def main(arguments: Sequence[str]) -> int:
    """Alter and check; tell how many were taken and how long it took."""
    count, chance = int(arguments[0]) if arguments else COUNT, random.Random(SEED)
    taken_codes = taken_forms = same = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ctx = bootstrap.open_site(Path(folder), FixedClock(datetime(2026, 3, 5, 8)))
        bootstrap.found_site(ctx, site="示例市信息中心", password="long enough to be kept")
        ctx = ctx.acting_as(bootstrap.supervisor_of(ctx))
        forms = [form(chance, number) for number in range(FORMS)]
        codes = [seal.code_of(each) for each in issuing.issue(ctx, forms).value]
        begun = time.perf_counter()
        for _ in range(count):
            code = altered_code(chance, chance.choice(codes))
            taken_codes += code not in codes and issued.check(ctx, code).finding is not Finding.UNKNOWN
        print(f"{count:,} altered codes: {taken_codes} taken, {time.perf_counter() - begun:.1f} s")
        begun, hashes = time.perf_counter(), [seal.content_hash(seal.lines(each), "salt") for each in forms]
        for _ in range(count):
            place = chance.randrange(FORMS)
            other = altered_form(chance, forms[place])
            if other == forms[place]:
                same += 1
            else:
                taken_forms += seal.content_hash(seal.lines(other), "salt") == hashes[place]
        print(f"{count - same:,} altered forms: {taken_forms} taken, {time.perf_counter() - begun:.1f} s")
        ctx.reading.dispose()
        ctx.writing.dispose()
    return 1 if taken_codes or taken_forms else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
