"""What hosting capacities are judged by."""

from collections.abc import Iterator, Sequence
from typing import Final

from smart_charging.study.capacity import Goal
from smart_charging.study.policies import PolicyName
from smart_charging.study.summary import Row

LEAST_OF_EQUAL: Final = 1.25
LEAST_OF_FORESIGHT: Final = 0.98


def judge(rows: Sequence[Row]) -> tuple[str, bool]:
    """Tell each figure with its bar, and whether all are held."""
    found = [*_against(rows, PolicyName.PREDICTED, PolicyName.EQUAL, LEAST_OF_EQUAL)]
    found += _against(rows, PolicyName.STATED, PolicyName.FORESIGHT, LEAST_OF_FORESIGHT)
    over_as = sum(row.silent_over_as + row.over_as for row in rows)
    found.append((f"{over_as:.1f} A s over with silent chargers (bar 0.0)", over_as == 0.0))
    has_passed = all(is_held for _, is_held in found) and len(found) > 1
    words = ", ".join(text if is_held else f"{text} MISSED" for text, is_held in found)
    return f"hosting: {words} {'PASS' if has_passed else 'FAIL'}", has_passed


def _against(
    rows: Sequence[Row], policy: PolicyName, other: PolicyName, least: float
) -> Iterator[tuple[str, bool]]:
    for row in rows:
        if row.policy is not policy or row.goal is not Goal.ENERGY:
            continue
        beside = row.beside.get(other)
        if beside is None:
            yield f"{row.scenario} {policy} beside {other} not known", False
        else:
            text = f"{row.scenario} {policy} {beside.mean:.3f} x {other} (bar {least:g})"
            yield text, beside.mean >= least
