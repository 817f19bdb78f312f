"""The columns of an xlsx sheet that holds several ruled blocks, each with edges of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from opsdesk.exports import bars_in_cells, ruling
from opsdesk.exports.document import BarChart, Document, FormGrid, Table

SAME = 0.8
"""Edges that lie no farther apart, in millimetres, are one."""


def of_document(document: Document, width: float) -> list[float]:
    """The edges of all ruled blocks together, in millimetres: what stands in line on paper is one column here."""
    edges = {0.0, width}
    for block in document.body:
        if isinstance(block, Table):
            edges.update(ruling.table_edges(block, width))
        elif isinstance(block, FormGrid):
            edges.update(box.right for row in block.rows for box in ruling.grid_boxes(block, row, width))
        elif isinstance(block, BarChart):
            edges.update(bars_in_cells.edges(block, width))
    if len(edges) == 2:
        edges.update((width / 3, width * 2 / 3))
    apart: list[float] = []
    for edge in sorted(edges):
        if not apart or edge - apart[-1] > SAME:
            apart.append(edge)
    return apart


def middle(edges: Sequence[float]) -> tuple[int, int]:
    """The columns between which a text stands nearest to the middle of the sheet, with room on either side."""
    width = edges[-1]

    def off(pair: tuple[int, int]) -> float:
        left, right = edges[pair[0]], edges[pair[1]]
        return abs(width - left - right) + abs(right - left - width * 0.45) / 2

    return min(combinations(range(1, len(edges) - 1), 2), key=off)
