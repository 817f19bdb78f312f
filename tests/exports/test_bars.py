from __future__ import annotations

from decimal import Decimal

import pytest
from chart_samples import DAILY, EMPTY, LYING_RATE, RATE
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.exports import bars
from opsdesk.exports.document import BarChart, Figure, Series


def single(*values: Figure, unit: str = "件", target: int | Decimal | None = None) -> BarChart:
    return BarChart("数", tuple(f"第{n}" for n in range(len(values))), (Series("数", values),), unit, target=target)


@pytest.mark.parametrize(
    ("chart", "ticks"),
    [
        (single(0), "0 1"),
        (single(1), "0 1"),
        (single(4), "0 1 2 3 4"),
        (single(7), "0 2 4 6 8"),
        (single(12), "0 5 10 15"),
        (single(44), "0 10 20 30 40 50"),
        (single(999), "0 200 400 600 800 1000"),
        (single(38_271_577), "0 10000000 20000000 30000000 40000000"),
        (single(Decimal("0.3")), "0.0 0.1 0.2 0.3"),
        (single(3, target=11), "0 5 10 15"),
        (single(Decimal("88.9"), unit="%"), "0 20 40 60 80 100"),
        (single(Decimal("130"), unit="%"), "0 50 100 150"),
    ],
)
def test_ticks_are_round_and_reach_over_the_longest_bar(chart: BarChart, ticks: str) -> None:
    assert list(bars.axis(chart).ticks) == [Decimal(tick) for tick in ticks.split()]


@given(st.lists(st.decimals(0, 10**12, places=2), min_size=1, max_size=12), st.integers(1, 6))
def test_no_bar_is_longer_than_the_axis_and_lengths_are_in_proportion(values: list[Decimal], most: int) -> None:
    chart = single(*values)
    scale = bars.axis(chart, most)
    assert 2 <= len(scale.ticks) <= most + 1
    lengths = [span[1] for place in range(len(values)) for _, _, span in bars.bars(chart, place, scale)]
    assert lengths == pytest.approx([float(value / scale.ticks[-1]) for value in values if value])
    assert max(lengths, default=0) <= 1
    assert max(values) > scale.ticks[-1] / 2 - scale.ticks[1]


def test_figures_are_written_alike_with_their_decimals_and_percent() -> None:
    assert [bars.figure(RATE, value) for value in RATE.series[0].values] == ["97.5%", "100.0%", "88.9%", "—"]
    assert bars.target(RATE) == "目标 95%"
    assert bars.figure(single(1_234_567), 1_234_567) == "1,234,567"
    assert bars.figure(single(Decimal("NaN")), Decimal("NaN")) == "—"
    assert (bars.number_format(RATE), bars.number_format(RATE, bars.TARGET)) == ('#,##0.0"%"', '#,##0"%"')


def test_a_stack_stands_on_the_series_below_and_ends_at_its_sum() -> None:
    scale = bars.axis(DAILY)
    for place in range(31):
        below, sum_ = 0.0, bars.total(DAILY, place)
        for bar in bars.bars(DAILY, place, scale):
            assert bar.span[0] == pytest.approx(below)
            below = bar.span[1]
        (mark,) = bars.marks(DAILY, place, scale)
        assert (mark.words, mark.end) == (str(sum_), pytest.approx(below))


def test_a_chart_can_be_told_in_words() -> None:
    assert bars.told(DAILY, 2) == ["3", "已解决 8 件", "未解决 0 件", "合计 8 件"]
    assert bars.described(LYING_RATE).startswith("网络组：响应及时率 97.5%，解决及时率 91.2%；主机组：")
    assert bars.described(LYING_RATE).endswith("桌面组：响应及时率 —，解决及时率 —。目标 95%。")
    assert bars.described(EMPTY) == bars.NOTHING


def test_nothing_is_something_else_than_zero() -> None:
    assert bars.is_empty(single(None, Decimal("NaN")))
    assert not bars.is_empty(single(0))
    assert bars.total(BarChart("数", ("一",), (Series("甲", (None,)), Series("乙", (None,))), stacked=True), 0) is None


def test_a_series_as_long_as_the_labels_is_asked_for() -> None:
    with pytest.raises(IndexError):
        bars.described(BarChart("数", ("一", "二"), (Series("甲", (1,)),)))
