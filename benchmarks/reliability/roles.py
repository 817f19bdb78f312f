"""S1: who may do what. Every act of every register for every role, then every act there is for those who only look.

The first part holds the description of each register (which buttons a role is shown) against what the acts allow. The
second asks each function of the program that gives an `Outcome`, with whatever arguments: nothing of it may be written
by somebody who only looks, whether the windows offer it to him or not.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
import typing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import opsdesk
from benchmarks.reliability import living
from benchmarks.reliability.result import Result
from opsdesk.catalog import REGISTERS
from opsdesk.register import Field, Kind
from opsdesk.rules.vocabulary import Role
from opsdesk.services import chain
from opsdesk.services.context import WRITERS, Actor, Context
from opsdesk.services.errors import Refusal, Trouble

NAME = "S1"
BY_ROLE = "当前登录的是"
"""Stands in every sentence that refuses somebody for his role."""
LOOKERS = (Role.READER, Role.KIOSK)
THEIR_OWN: Mapping[str, frozenset[Role]] = {
    "opsdesk.registers.sign_in.service.sign": frozenset({Role.KIOSK}),
    "opsdesk.registers.sign_in.service.take_back": frozenset({Role.KIOSK}),
    "opsdesk.exports.issuing.issue": frozenset(LOOKERS),
    "opsdesk.exports.issuing.printed": frozenset(LOOKERS),
    "opsdesk.services.saved_filters.keep": frozenset({Role.READER}),
    "opsdesk.services.saved_filters.drop": frozenset({Role.READER}),
    "opsdesk.services.papers.record": frozenset(LOOKERS),
    "opsdesk.services.seals.issue": frozenset(LOOKERS),
}
"""What those who only look do write: the kiosk signs, whoever prints leaves a trace, and one's own filters are kept."""
OUTSIDE = ("opsdesk.ui", "opsdesk.cli", "opsdesk.models.migrations", "opsdesk.demo", "opsdesk.__main__")
SOMETHING: Mapping[Any, Any] = {
    int: 1, str: "测试", bool: True, date: date(2026, 3, 5), datetime: datetime(2026, 3, 5, 8),
    Path: Path("nowhere.xlsx"), float: 1.0,
}  # fmt: skip


def run(_count: int, _seed: int) -> Result:
    """Ask everything once: the matrix is always held whole, and nothing in it is by chance."""
    failures, counted = list[str](), Counter[str]()
    with living.folder() as home:
        living.copy(home)
        ctx = living.opened(home)
        for n in range(living.A_DAY):
            living.act(ctx, n)
        for name, allowed, act in registered(ctx):
            for role in Role:
                counted["cells of acts and roles"] += 1
                failures += _judged(ctx, name, allowed, role, act)
        for name, act in everything():
            for role in LOOKERS:
                counted["acts asked by those who only look"] += 1
                failures += _written(ctx, name, role, act, counted)
        failures += living.findings(ctx)
        living.close(ctx)
    return Result(NAME, counted.total(), tuple(failures), dict(counted))


def registered(ctx: Context) -> Iterator[tuple[str, frozenset[str], Callable[[Context], object]]]:
    """Every act of the catalog, saving included: its name, the roles its description allows, and the act itself."""
    writers = frozenset(map(str, WRITERS))
    for register in REGISTERS:
        for act in register.acts:
            values = {field.key: _filled(ctx, field) for field in act.fields}
            yield (
                f"{register.slug}.{act.key}",
                frozenset(map(str, act.roles)) or writers,
                lambda as_role, act=act, values=values: act.run(as_role, 1, values),
            )
        if register.save is not None:
            values = {field.key: _filled(ctx, field) for field in register.fields}
            yield (
                f"{register.slug}.save",
                frozenset(map(str, register.save_roles)),
                lambda as_role, save=register.save, values=values: save(as_role, None, values),
            )


def _filled(ctx: Context, field: Field) -> Any:
    if field.default is not None:
        return field.default(ctx)
    if field.kind is Kind.CHOICE and field.options is not None:
        return next((value for value, _ in field.options(ctx)), None)
    kinds: Mapping[Kind, Any] = {
        Kind.DATE: ctx.today(), Kind.MOMENT: ctx.now(), Kind.INTEGER: 1, Kind.FLAG: False, Kind.TIME: ctx.now().time(),
    }  # fmt: skip
    return kinds.get(field.kind, "测试用的一句话")


def _judged(
    ctx: Context, name: str, allowed: frozenset[str], role: Role, act: Callable[[Context], object]
) -> list[str]:
    """Whether an act refuses a role exactly where its description does, and then writes nothing."""
    before = _links(ctx)
    try:
        act(ctx.acting_as(Actor("某人", role)))
        refused = False
    except Refusal as refusal:
        refused = BY_ROLE in str(refusal)
        if not refused and str(role) not in allowed and _links(ctx) == before:
            return [f"{name}: {role} is refused for another reason before his role is asked: {refusal}"]
    except Trouble:
        refused = False
    except Exception as error:  # noqa: BLE001 — a form full of nonsense may not break the program either
        return [f"{name} by {role} broke: {error!r}"]
    if refused == (str(role) not in allowed):
        return (
            [] if not refused or _links(ctx) == before else [f"{name}: {role} was refused, but something was written"]
        )
    return [f"{name}: {role} is {'refused' if refused else 'let in'}, its description says otherwise"]


def everything() -> Iterator[tuple[str, Callable[[Context], object]]]:
    """Every public function that is given a Context and gives an Outcome, to be called with some arguments."""
    for found in pkgutil.walk_packages(opsdesk.__path__, "opsdesk."):
        if not found.name.startswith(OUTSIDE):
            module = importlib.import_module(found.name)
            for name, function in vars(module).items():
                if inspect.isfunction(function) and function.__module__ == found.name and _is_act(name, function):
                    yield f"{found.name}.{name}", _called(function)


def _is_act(name: str, function: Callable[..., object]) -> bool:
    given = list(inspect.signature(function).parameters.values())
    gives = str(inspect.signature(function).return_annotation)
    return not name.startswith("_") and bool(given) and str(given[0].annotation) == "Context" and "Outcome[" in gives


def _called(function: Callable[..., object]) -> Callable[[Context], object]:
    hints = typing.get_type_hints(function)
    given = list(inspect.signature(function).parameters.values())[1:]
    places = [
        _something(hints[each.name])
        for each in given
        if each.kind is not each.KEYWORD_ONLY and each.default is each.empty
    ]
    named = {
        each.name: _something(hints[each.name])
        for each in given
        if each.kind is each.KEYWORD_ONLY and each.default is each.empty
    }
    return lambda ctx: function(
        ctx, *(_within(ctx, each) for each in places), **{name: _within(ctx, each) for name, each in named.items()}
    )


def _within(ctx: Context, value: Any) -> Any:
    """A path lies in the site's own folder: an act that is let in may write there."""
    return ctx.home / value if isinstance(value, Path) else value


def _something(hint: Any) -> Any:
    """A value of a type, as good as can be made without knowing what it means."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType or origin is typing.Union:
        return _something(arguments[0])
    if hint in SOMETHING:
        return SOMETHING[hint]
    if inspect.isclass(hint) and issubclass(hint, Enum):
        return next(iter(hint))
    shape = origin or hint
    if inspect.isclass(shape) and issubclass(shape, Mapping):
        return _Anything()
    if inspect.isclass(shape) and issubclass(shape, Sequence | set | frozenset | typing.Collection):
        return [_something(arguments[0])] if arguments else []
    return None


class _Anything(dict[str, Any]):
    """A filled-in form that has a word for every field."""

    def __missing__(self, _key: str) -> str:
        return "测试"

    def get(self, _key: str, _default: Any = None) -> str:
        return "测试"


def _written(ctx: Context, name: str, role: Role, act: Callable[[Context], object], counted: Counter[str]) -> list[str]:
    before = _links(ctx)
    try:
        act(ctx.acting_as(Actor("某人", role)))
        counted["of them gave an outcome"] += 1
    except (Refusal, Trouble) as answer:
        counted["of them refused by role" if BY_ROLE in str(answer) else "of them refused otherwise"] += 1
    except Exception:  # noqa: BLE001 — the arguments are nonsense; what counts is that nothing was written
        counted["of them could not take the arguments"] += 1
    if _links(ctx) != before and role not in THEIR_OWN.get(name, frozenset()):
        return [f"{name} wrote for {role}"]
    return []


def _links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)
