"""What a decided score pays, as it is frozen with the sheet and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from opsdesk.rules.clause import Citation
from opsdesk.rules.payment import Mode, Money, Pay


@dataclass(frozen=True)
class ContractPay:
    """What one contract pays for the period by the score."""

    contract: str
    project: str
    pay: Pay


def frozen_text(pays: Sequence[ContractPay], money: Money | None) -> str:
    """Payments and the money of points as JSON, with their arithmetic and clauses."""
    facts = {
        "pays": [{"contract": each.contract, "project": each.project, **_pay_facts(each.pay)} for each in pays],
        "money": money
        and {
            "points": str(money.points),
            "amount_fen": money.amount_fen,
            "sentence": money.sentence,
            "citation": _cited(money.citation),
        },
    }
    return json.dumps(facts, ensure_ascii=False)


def _pay_facts(pay: Pay) -> dict[str, Any]:
    return {
        "mode": str(pay.mode),
        "mode_word": pay.mode_word,
        "percent": None if pay.percent is None else str(pay.percent),
        "base_fen": pay.base_fen,
        "amount_fen": pay.amount_fen,
        "grade": pay.grade,
        "sentence": pay.sentence,
        "citation": _cited(pay.citation),
        "negotiated": pay.negotiated,
        "part": pay.part,
    }


def _cited(each: Citation) -> list[str]:
    return [each.key, each.regulation, each.number, each.wording, each.held_from.isoformat()]


def thawed(text: str) -> tuple[tuple[ContractPay, ...], Money | None]:
    """What `frozen_text` kept; nothing of an empty text."""
    if not text:
        return (), None
    facts = json.loads(text)
    pays = tuple(ContractPay(each["contract"], each["project"], _pay(each)) for each in facts["pays"])
    money = facts["money"]
    if money is None:
        return pays, None
    cited = _citation(money["citation"])
    return pays, Money(Decimal(money["points"]), money["amount_fen"], money["sentence"], cited)


def _pay(facts: Mapping[str, Any]) -> Pay:
    return Pay(
        Mode(facts["mode"]),
        facts["mode_word"],
        None if facts["percent"] is None else Decimal(facts["percent"]),
        facts["base_fen"],
        facts["amount_fen"],
        facts["grade"],
        facts["sentence"],
        _citation(facts["citation"]),
        facts["negotiated"],
        facts.get("part", ""),
    )


def _citation(cited: Sequence[str]) -> Citation:
    key, regulation, number, wording, held_from = cited
    return Citation(key, regulation, number, wording, date.fromisoformat(held_from))
