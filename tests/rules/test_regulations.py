"""The law library as shipped: whole, sourced, honest about what it carries out; and what its loader refuses."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

import opsdesk
from opsdesk.rules.clause import Clause, ClauseNotInForce, Holding
from opsdesk.rules.vocabulary import CarriedOut, ClauseKind
from opsdesk.services.law_library import BLANK, SWITCH, UnsoundRegulation, load_regulation, load_regulations, shipped

LAW = shipped()
CLAUSES = {clause.key: clause for regulation in LAW.regulations for clause in regulation.clauses}
RULES: list[tuple[str, str]] = json.loads((Path(__file__).parent / "rule_ids.json").read_text(encoding="utf-8"))
FIRST = date(2000, 1, 1)
DAY = date(2026, 3, 5)
BLANKS = {"E19-01", *(f"E19-{number}" for number in range(11, 24))}
OUTSIDE = {f"E5-0{number}" for number in range(2, 8)}
"""A school's epidemic rules: kept, but repealed from the start (域外，默认停用)."""
LONGEST = 66


def switches(clause: Clause) -> list[str]:
    return [parameter.name for parameter in clause.parameters if parameter.unit == SWITCH]


def test_every_rule_stands_once_with_its_kind_and_nothing_else_does() -> None:
    assert len(RULES) == 260
    assert Counter(kind for _, kind in RULES) == {"可量化": 64, "可判定": 192, "软指标": 4}
    stands = Counter(
        (clause.key, str(clause.kind))
        for regulation in LAW.regulations
        if regulation.code != "G"
        for clause in regulation.clauses
    )
    assert stands == Counter((key, kind) for key, kind in RULES)


def test_clauses_stand_in_the_regulation_and_the_order_of_the_rules() -> None:
    for regulation in LAW.regulations:
        if regulation.code != "G":
            keys = [clause.key for clause in regulation.clauses]
            assert keys == [key for key, _ in RULES if key.startswith(f"{regulation.code}-")]


def test_twenty_three_regulations_of_which_two_only_repeat() -> None:
    codes = [regulation.code for regulation in LAW.regulations]
    assert codes == ["G", *(f"T{number}" for number in range(1, 5)), *(f"E{number}" for number in range(1, 20))]
    repeats = {each.code: each.repeats for each in LAW.regulations if each.repeats}
    assert repeats == {"E16": ("T1", "T2"), "E18": ("T2",)}
    assert all(each.clauses for each in LAW.regulations if each.code not in repeats)
    assert {code for named in repeats.values() for code in named} <= set(codes)


@pytest.mark.parametrize("key", sorted(BLANKS))
def test_blank_clause_is_off_until_somebody_fills_it(key: str) -> None:
    clause, law = CLAUSES[key], LAW.on(DAY)
    with pytest.raises(ClauseNotInForce, match=BLANK):
        law.held(key)
    if clause.does:
        assert law.part(clause.does, "E19") is None
    filled = {name: 12 if value is None else value for name, value in clause.holdings[0].values.items()}
    entered = LAW.amended([(key, Holding(DAY, filled, "甲方来函"))])
    assert entered.on(DAY).held(key).holding.source == "甲方来函"
    if clause.does:
        held = entered.on(DAY).part(clause.does, "E19")
        assert held is not None
        assert held.clause.key == key
    with pytest.raises(ClauseNotInForce, match=BLANK):
        entered.on(DAY - timedelta(days=1)).held(key)


def test_only_the_blank_clauses_and_those_of_another_trade_are_off() -> None:
    law = LAW.on(FIRST)
    off = set()
    for key in CLAUSES:
        try:
            law.held(key)
        except ClauseNotInForce:
            off.add(key)
    assert off == BLANKS | OUTSIDE


def test_nothing_holds_before_its_first_day() -> None:
    for key, clause in CLAUSES.items():
        with pytest.raises(ClauseNotInForce, match=f"自 {clause.holdings[0].begins.isoformat()} 起生效"):
            LAW.on(clause.holdings[0].begins - timedelta(days=1)).held(key)


def test_every_switch_ships_as_its_first_reading() -> None:
    found = 0
    for clause in CLAUSES.values():
        for name in switches(clause):
            readings = [code for code, _ in clause.parameter(name).readings]
            assert len(readings) > 1, (clause.key, name)
            assert clause.holdings[0].values[name] == readings[0], (clause.key, name)
            found += 1
    assert found > 20


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        ("T2-ATT-02a", "leave.lead_days", 1),
        ("T2-ATT-02c", "leave.makeup_workday", 2),
        ("T2-ATT-03", "awol.unit", "half"),
        ("T2-ATT-03", "awol.wage_factor", 1),
        ("T2-ATT-05", "leave.unit", 30),
        ("T2-ATT-06", "leave.hospital", "city"),
        ("T2-ATT-07", "late.free", 3),
        ("T2-ATT-08", "absent.over", 60),
        ("T2-ATT-08", "absent.as", "absent"),
        ("T2-ATT-08", "double.mode", "A"),
        ("T2-ATT-09", "late.combine", "sum"),
        ("T2-ATT-09", "late.bracket", "single"),
        ("T2-ATT-10b", "early.awol_repeat", "once"),
        ("T2-ATT-10b", "early.keep_fine", "true"),
        ("T1-RPT-01", "report.daily.due", "20:00"),
        ("T1-FLT-01", "sla.respond_min", 10),
        ("T1-APP-01", "pay.mode", "linear"),
        ("T1-APP-01", "pay.part", "days"),
        ("T3-06", "offhours.emergency_makeup", "true"),
        ("T3-08b", "violation.over", 3),
        ("T3-08b", "violation.window", "contract"),
        ("T4-10", "appraisal.month_weight", 60),
        ("T4-10", "appraisal.target_weight", 40),
        ("E19-12", "install.count", "days"),
        ("E19-13", "visit.contact_min", None),
        ("E19-13", "visit.arrive_min", 60),
        ("E19-21", "score.money_mode", "floor"),
    ],
)
def test_default_of_the_domain(key: str, name: str, value: object) -> None:
    assert CLAUSES[key].holdings[0].values[name] == value


def test_quantified_clauses_have_a_figure_and_no_name_says_two_things_in_one_regulation() -> None:
    bare = [key for key, each in CLAUSES.items() if each.kind is ClauseKind.QUANTIFIED and not each.parameters]
    assert bare == []
    for regulation in LAW.regulations:
        names = Counter(parameter.name for clause in regulation.clauses for parameter in clause.parameters)
        assert [name for name, times in names.items() if times > 1] == [], regulation.code


def test_wordings_are_short_whole_sentences_in_our_words() -> None:
    for clause in CLAUSES.values():
        said = clause.wording
        assert said.endswith("。"), clause.key
        assert len(said) <= LONGEST, clause.key
        assert not re.search(r"[,;!?()！_]|:(?!\d)|\.\D", said), clause.key
        assert "罚款" not in said, clause.key
        assert clause.number.strip(), clause.key
    for clause in CLAUSES.values():
        assert all(holding.source.strip() for holding in clause.holdings), clause.key


def spoken_of() -> set[str]:
    """Every string that stands as such in the program's sources: the parts and keys that code asks the law for."""
    found = set()
    for source in Path(opsdesk.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_what_is_said_to_be_carried_out_is_carried_out_somewhere() -> None:
    spoken = spoken_of()
    ours = "G"  # our readings are carried out by the way the rules are written
    acts = [c for c in CLAUSES.values() if c.carried_out is not CarriedOut.REMINDER and c.regulation != ours]
    assert [each.key for each in acts if not each.does] == []
    assert [(each.key, each.does) for each in acts if not {each.key, each.does} & spoken] == []


SOUND = """
code = "E99"
title = "试条"
origin = "试条"

[[clause]]
key = "E99-01"
number = "一"
wording = "一小时内到达。"
kind = "可量化"
carried_out = "仅提醒"
governs = "dispatch"
[clause.parameters]
"visit.arrive" = { unit = "分", label = "到达" }
"visit.count" = { unit = "口径", label = "算法", readings = { days = "按日", hours = "按小时" } }
[clause.holds.2026-01-01]
source = "试条"
"visit.arrive" = 60
"visit.count" = "days"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "E99.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_sound_regulation_loads_and_a_blank_in_it_turns_the_clause_off(tmp_path: Path) -> None:
    (clause,) = load_regulation(written(tmp_path, SOUND)).clauses
    assert clause.holding_on(date(2026, 1, 1)).values == {"visit.arrive": 60, "visit.count": "days"}
    assert clause.parameter("visit.count").word("hours") == "按小时"
    (clause,) = load_regulation(written(tmp_path, SOUND.replace("= 60", f'= "{BLANK}"'))).clauses
    with pytest.raises(ClauseNotInForce, match=BLANK):
        clause.holding_on(DAY)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('governs = "dispatch"', 'governs = "weather"', "governs 写的 'weather' 不认识"),
        ('"visit.count" = "days"', '"visit.count" = "weeks"', "没有 'weeks' 这种口径。请用 days、hours 之一"),
        (', readings = { days = "按日", hours = "按小时" }', "", "口径与 readings 不配"),
        ('label = "到达"', 'label = "到达", readings = { a = "甲" }', "口径与 readings 不配"),
        ('unit = "分"', 'unit = "里"', "单位 '里' 不认识"),
        ('"visit.arrive" = 60', '"visit.arrive" = "60"', "与单位“分”不符"),
        ('"visit.arrive" = 60', "", "缺少 visit.arrive"),
        ('source = "试条"', 'source = ""', "没有写明出处"),
        ("holds.2026-01-01", "holds.2026-13-01", "不是日期"),
        ('kind = "可量化"', 'kind = "可观"', "请用可量化、可判定、软指标"),
        ('number = "一"', 'nummer = "一"', "未知的键 nummer"),
        ('origin = "试条"', 'origin = "试条"\nrepeats = ["T1"]', "既要有条款，又不能只是重复"),
    ],
)
def test_unsound_regulation_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert SOUND.count(was) == 1
    with pytest.raises(UnsoundRegulation, match=re.escape(said)) as refused:
        load_regulation(written(tmp_path, SOUND.replace(was, becomes)))
    assert str(refused.value).startswith("E99.toml")


def test_regulation_that_neither_rules_nor_repeats_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsoundRegulation, match="既要有条款，又不能只是重复"):
        load_regulation(written(tmp_path, SOUND.split("[[clause]]", maxsplit=1)[0]))


def test_clause_written_twice_is_refused(tmp_path: Path) -> None:
    clause = SOUND[SOUND.index("[[clause]]") :]
    with pytest.raises(UnsoundRegulation, match="条款键重复 E99-01"):
        load_regulation(written(tmp_path, SOUND + clause))


def test_folder_loads_in_the_order_of_the_house(tmp_path: Path) -> None:
    for code in ("E10", "E2", "T1", "G"):
        (tmp_path / f"{code}.toml").write_text(SOUND.replace("E99", code), encoding="utf-8")
    assert [each.code for each in load_regulations(tmp_path).regulations] == ["G", "T1", "E2", "E10"]
