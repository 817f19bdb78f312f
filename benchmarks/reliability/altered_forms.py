"""P12: of forms altered after they were issued, in code, words or the record behind them, none passes for genuine."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing

from benchmarks import seals as altering
from benchmarks.reliability import living
from benchmarks.reliability.result import Result
from opsdesk import bootstrap, issued
from opsdesk.exports import issuing, seal
from opsdesk.exports.document import Document
from opsdesk.services import seals
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.seals import Finding

NAME = "P12"
FORMS = 50
GENUINE = {Finding.SAME, Finding.CHANGED, Finding.UNMADE}
DIGITS, LETTERS = "0123456789", "ABCDEF"
KEPT = ("form", "number", "title", "period", "content", "head", "seq")
"""Columns of an issued form that are changed in the record."""


def run(count: int, seed: int) -> Result:
    """Alter `count` forms: two in their code to one in what it says and one in its QR code; then rows of the record."""
    chance, counted, failures = random.Random(seed), Counter[str](), list[str]()
    with living.folder() as home:
        living.copy(home)
        ctx = living.opened(home)
        forms = issuing.issue(ctx, [altering.form(chance, n) for n in range(FORMS)]).value
        codes = {seal.code_of(form) for form in forms}
        for n in range(count):
            form = chance.choice(forms)
            if n % 2:
                counted["codes altered"] += 1
                code = altering.altered_code(chance, seal.code_of(form))
                if code not in codes and issued.check(ctx, code).finding not in {Finding.UNKNOWN, Finding.MISTYPED}:
                    failures.append(f"{code} is taken for a form that was issued.")
            elif n % 4:
                failures += _words(ctx, form, chance, counted)
            else:
                failures += _qr(ctx, form, chance, counted)
        failures += _record(ctx, forms, counted)
        living.close(ctx)
    return Result(NAME, count, tuple(failures), dict(counted))


def _words(ctx: Context, form: Document, chance: random.Random, counted: Counter[str]) -> list[str]:
    """One cell of the form says something else: its hash is another."""
    altered, issue = altering.altered_form(chance, form), seals.find(ctx, seal.code_of(form))
    counted["forms altered"] += altered.body != form.body
    same = issue is not None and seal.content_hash(seal.lines(altered), issue.salt) == issue.content
    if issue is None or same != (altered.body == form.body):
        return [f"Of {form.number} a cell was altered, and the content passes for the one that was issued."]
    return []


def _qr(ctx: Context, form: Document, chance: random.Random, counted: Counter[str]) -> list[str]:
    """One sign of what the QR code says is another of its kind."""
    place = chance.choice([place for place, sign in enumerate(form.seal) if sign not in " -"])
    kind = DIGITS if form.seal[place] in DIGITS else LETTERS
    words = form.seal[:place] + chance.choice(kind.replace(form.seal[place], "")) + form.seal[place + 1 :]
    counted["QR codes altered"] += 1
    try:
        found = issued.check(ctx, words).finding
    except Refusal:
        return []
    return [f"A QR code with sign {place} altered is taken for genuine: {words}"] if found in GENUINE else []


def _record(ctx: Context, forms: Sequence[Document], counted: Counter[str]) -> list[str]:
    """What the record keeps of an issued form is changed outside the program."""
    failures = []
    for form, column in zip(forms, KEPT, strict=False):
        code = seal.code_of(form)
        with closing(sqlite3.connect(bootstrap.database(ctx.home))) as connection, connection:
            connection.execute(f'UPDATE seal SET "{column}"=? WHERE code=?', (1 if column == "seq" else "改", code))
        counted["rows of issued forms altered"] += 1
        if (found := issued.check(ctx, code).finding) is not Finding.ALTERED:
            failures.append(f"{column} of an issued form was altered in the record, and it is told to be {found}.")
    return failures
