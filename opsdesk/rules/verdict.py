"""A verdict: what was decided, by which clauses, on what evidence; never a bare number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from opsdesk.rules.clause import Citation
from opsdesk.rules.vocabulary import Judgement


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement with its minutes, the amount it proposes (拟扣减, yuan), citations, evidence and a Chinese sentence.

    `evidence` holds references to records (“punch:17”). A verdict is frozen when it is stored.
    """

    judgement: Judgement
    minutes: int
    sentence: str
    citations: tuple[Citation, ...] = ()
    amount: Decimal | None = None
    evidence: tuple[str, ...] = ()
