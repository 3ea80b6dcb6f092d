"""Reports that come in parts."""

from typing import Any

import pytest

from csms.service.reports import assemble


def part(seq_no: int | None, *, has_more: bool = False, **more: Any) -> dict[str, Any]:
    return {"kind": "variables", "seq_no": seq_no, "body": {"has_more": has_more}, **more}


CASES: dict[str, tuple[list[dict[str, Any]], list[int | None], tuple[int, ...], bool]] = {
    "nothing": ([], [], (), False),
    "whole": ([part(0, has_more=True), part(1)], [0, 1], (), True),
    "out of order": ([part(1), part(0, has_more=True)], [0, 1], (), True),
    "end missing": ([part(0, has_more=True)], [0], (), False),
    "middle missing": ([part(0, has_more=True), part(3)], [0, 3], (1, 2), False),
    "twice": ([part(0, has_more=True), part(0, has_more=True), part(1)], [0, 1], (), True),
    "not numbered": ([part(None, has_more=True), part(None)], [None, None], (), True),
    "not numbered, end missing": ([part(None, has_more=True)], [None], (), False),
    "no part": ([part(0), part(None, kind="job_progress")], [0], (), True),
}


@pytest.mark.parametrize(
    ("told", "order", "missing", "is_complete"), CASES.values(), ids=CASES.keys()
)
def test_report_is_put_together(
    told: list[dict[str, Any]],
    order: list[int | None],
    missing: tuple[int, ...],
    is_complete: bool,
) -> None:
    report = assemble(told)
    assert [one["seq_no"] for one in report.parts] == order
    assert (report.missing, report.is_complete) == (missing, is_complete)


def test_part_that_came_twice_counts_as_it_was_told_last() -> None:
    report = assemble([part(0, number=1), part(0, number=2)])
    assert [one["number"] for one in report.parts] == [2]
