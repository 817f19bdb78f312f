"""Papers that know what makes them anew: each carries its kind and the arguments it was made with.

`@made_as("visit.day")` stands above the function that makes a paper from the record. Of nested ones the outermost
counts: it is what gave the paper as it is.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Concatenate, Generic, ParamSpec, TypeVar, cast

from opsdesk.exports.document import Document, Origin
from opsdesk.rules.vocabulary import Role
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Actor, Context

P = ParamSpec("P")
D = TypeVar("D", bound=Document | Sequence[Document] | None)


class Maker(Generic[P, D]):
    """A function that makes papers of one kind; called, it gives them with their origin.

    `of` is the table whose record the paper is of, by the id that is its first argument; empty for lists.
    """

    def __init__(self, kind: str, make: Callable[Concatenate[Context, P], D], of: str = "") -> None:
        self.kind, self.of, self._make = kind, of, make
        self.__doc__ = make.__doc__

    def __call__(self, ctx: Context, /, *args: P.args, **named: P.kwargs) -> D:
        """Make the papers."""
        made = self._make(ctx, *args, **named)
        if made is None:
            return made
        papers = [self.known(ctx, each, *args, **named) for each in _several(made)]
        return cast(D, papers[0] if isinstance(made, Document) else type(made)(papers))  # type: ignore[call-arg]

    def known(self, ctx: Context, paper: Document, /, *args: P.args, **named: P.kwargs) -> Document:
        """A paper made in another way, from a record already read, with the origin that makes it anew from these."""
        given = tuple(inspect.signature(self._make).bind(ctx, *args, **named).arguments.items())[1:]
        if not all(value is None or isinstance(value, int | str | date) for _, value in given):
            raise TypeError(f"{self.kind}: nothing can be made anew from {given}")
        return replace(paper, origin=Origin(self.kind, given, ctx.now(), str(ctx.actor.role)))

    def again(self, ctx: Context, origin: Origin) -> Sequence[Document]:
        """The papers as the record holds them today, told as of the moment and for the role of the origin."""
        then = replace(ctx, clock=FixedClock(origin.at)).acting_as(Actor(ctx.actor.name, Role(origin.role)))
        make: Callable[..., Document | Sequence[Document] | None] = self._make
        return _several(make(then, **dict(origin.arguments)))


def _several(made: Document | Sequence[Document] | None) -> Sequence[Document]:
    if made is None:
        return ()
    return (made,) if isinstance(made, Document) else made


def made_as(kind: str, of: str = "") -> Callable[[Callable[Concatenate[Context, P], D]], Maker[P, D]]:
    """Let a function's papers carry their origin under this kind; `of` as of `Maker`."""

    def known(make: Callable[Concatenate[Context, P], D]) -> Maker[P, D]:
        return Maker(kind, make, of)

    return known


def origin_as_text(origin: Origin | None) -> str:
    """The origin as the record keeps it; empty where nothing makes the paper anew."""
    if origin is None:
        return ""
    given = {name: {"day": value.isoformat()} if isinstance(value, date) else value for name, value in origin.arguments}
    kept = {"kind": origin.kind, "arguments": given, "at": origin.at.isoformat(), "role": origin.role}
    return json.dumps(kept, ensure_ascii=False)


def origin_of_text(text: str) -> Origin | None:
    """The origin that was kept as this text."""
    if not text:
        return None
    kept = json.loads(text)
    given = tuple(
        (name, date.fromisoformat(value["day"]) if isinstance(value, dict) else value)
        for name, value in kept["arguments"].items()
    )
    return Origin(kept["kind"], given, datetime.fromisoformat(kept["at"]), kept["role"])
