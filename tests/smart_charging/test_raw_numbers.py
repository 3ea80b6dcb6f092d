"""Whatever comes in: a plan that passes, or an error that names its place. Nothing else."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from smart_charging.errors import ProblemError
from smart_charging.feeder import LoadForecast
from smart_charging.json_reading import read_problem
from smart_charging.json_writing import write_problem
from smart_charging.plan_json import write_plan
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.problem_json import ProblemJson
from smart_charging.resources import PowerModule
from smart_charging.taps import Transformer, pair_tap
from smart_charging.tariff import DemandCharge, StepFee
from smart_charging.vehicle import Discharge, Outcome, Taper
from smart_charging.verify import verify
from tests.smart_charging.examples import examples
from tests.smart_charging.problems import (
    THREE,
    after,
    amps,
    evse,
    feeder,
    problem,
    reservation,
    store,
    tariff,
)

NAN, INF = float("nan"), float("inf")
Way: TypeAlias = tuple[str | int, ...]

_CHANCES: Final = (
    Outcome(probability=0.75, departs_at=after(2), energy_wh=9_000.0),
    Outcome(probability=0.25, departs_at=after(1), energy_wh=3_000.0),
)
SOUND: Final = problem(
    (
        feeder("main", 40.0, transformer=Transformer(1.2, is_delta_wye=True)),
        feeder(
            "leaf",
            30.0,
            "main",
            uncontrolled_a=1.0,
            forecast=LoadForecast(levels=(0.5, 0.9), amps=np.array([amps(1.0, 4), amps(2.0, 4)])),
        ),
    ),
    evse("a", pair_tap(1, 2), feeder="leaf", wh=9_000.0, departs_at=after(2), outcomes=_CHANCES),
    evse("b", module="m", levels_a=(6.0, 16.0), arrives_at=after(0.1), steady_s=300.0),
    evse("c", taper=Taper(begins_wh=9e3, missing_wh=7e3)),
    evse("d", wh=2e3, discharge=Discharge(max_a=9.0, available_wh=1e3)),
    reservations=(reservation("leaf", THREE, 3.0),),
    modules=(PowerModule(key="m", max_w=9_000.0),),
    stores=(store("battery"),),
    tariff=tariff([1.0, 2.0, 0.5, 3.0], 100.0, capacity=DemandCharge(per_kw=3.0, peak_w=4e3)),
    committed=2,
)
STEPPED: Final = replace(
    SOUND,
    tariff=tariff([1.0] * 4, capacity=StepFee(steps=((5e3, 8.0), (9e3, 30.0)), day_peaks_w=(4e3,))),
)

_NUMBERS: Final = (
    *(0.0, 1.0, 6.0, 16.0, 1e4, -0.0, -1.0, NAN, INF, -INF),
    *(0.1, 1e-9, 5e-324, 1e9, 1e18, 1e300),
)
_COUNTS: Final = (0, 1, -1, 2, 99, 10**6, 10**13)
_INSTANTS: Final = (
    *(after(-1e6), after(1e6), after(0.3)),
    *(datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)),
    datetime(2026, 1, 14, 12, 0),  # noqa: DTZ001 - without a time zone
)
_SHAPES: Final = ((), (0,), (1,), (5,), (3, 5), (4, 3), (2, 3, 5))
_OF_TYPE: Final[dict[type, tuple[Any, ...]]] = {
    float: _NUMBERS,
    int: _COUNTS,
    bool: (False, True),
    datetime: _INSTANTS,
    str: ("", "main", "x"),
}


def leaves(value: Any, way: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Every number, instant, name and array in a problem, and the way there."""
    if is_dataclass(value):
        for field in fields(value):
            if field.init:
                yield from leaves(getattr(value, field.name), (*way, field.name))
    elif isinstance(value, tuple):
        for i, inner in enumerate(value):
            yield from leaves(inner, (*way, i))
    elif isinstance(value, np.ndarray) or type(value) in _OF_TYPE:
        yield way, value


def with_leaf(value: Any, way: Way, leaf: Any) -> Any:
    """The same with another leaf."""
    if not way:
        return leaf
    first, rest = way[0], way[1:]
    if isinstance(first, int):
        return (*value[:first], with_leaf(value[first], rest, leaf), *value[first + 1 :])
    return replace(value, **{first: with_leaf(getattr(value, first), rest, leaf)})


@st.composite
def raw_leaves(draw: st.DrawFn, old: Any) -> Any:
    """Something of the same type, and of any value."""
    if isinstance(old, np.ndarray):
        if draw(st.sampled_from([False, False, False, True])):
            return np.full(draw(st.sampled_from(_SHAPES)), 1.0)
        changed = old.copy()
        changed.flat[draw(st.integers(0, old.size - 1))] = draw(st.sampled_from(_NUMBERS))
        return changed
    return draw(st.sampled_from(_OF_TYPE[type(old)]))


_FIELDS: Final = [field.name for field in fields(SOUND)]
_LEAVES: Final = [(sound, *found) for sound in (SOUND, STEPPED) for found in leaves(sound)]


@examples(80)
@given(st.lists(st.sampled_from(range(len(_LEAVES))), min_size=1, max_size=3), st.data())
def test_any_numbers_give_a_plan_or_an_error_that_names_a_field(
    chosen: list[int], data: st.DataObject
) -> None:
    asked = _LEAVES[chosen[0]][0]
    ways = [_LEAVES[at][1:] for at in chosen if _LEAVES[at][0] is asked]
    for way, old in ways:
        try:
            asked = with_leaf(asked, way, data.draw(raw_leaves(old)))
        except ProblemError as error:
            assert error.field.split(".")[0].split("[")[0] in _FIELDS  # noqa: PT017
            return
    for plan in (make_plan(asked), plan_by_heuristic(asked, "late")):
        verify(asked, plan)


_DOCUMENT: Final = json.loads(json.dumps(write_problem(SOUND)))
_ANYTHING: Final[tuple[Any, ...]] = (
    *(0, -1, 1, 3, 10**9, 10**30, 2.5, 1e300, NAN, INF, -INF),
    *("", "main", "NaN", "2026-01-14T12:00:00", "9999-12-31T23:59:59Z", "cheap"),
    *(None, True, [], {}, [[]], [1, 2], [1.0, NAN, 2.0], {"key": "x"}),
)


def places(value: Any, way: Way = ()) -> Iterator[Way]:
    """Every place in a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*way, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*way, key))


def with_place(value: Any, way: Way, new: Any) -> Any:
    """The same document with something else in one place."""
    if not way:
        return new
    if isinstance(value, dict):
        return {**value, way[0]: with_place(value.get(way[0]), way[1:], new)}
    if isinstance(value, list) and isinstance(way[0], int) and way[0] < len(value):
        inner = with_place(value[way[0]], way[1:], new)
        return [*value[: way[0]], inner, *value[way[0] + 1 :]]
    return value


_PLACES: Final = tuple(places(_DOCUMENT))


@examples(80)
@given(
    st.lists(
        st.tuples(st.sampled_from(_PLACES), st.sampled_from(_ANYTHING)), min_size=1, max_size=3
    )
)
def test_any_document_gives_a_plan_or_an_error_that_names_a_place(
    changes: list[tuple[Way, Any]],
) -> None:
    document = _DOCUMENT
    for way, value in changes:
        document = with_place(document, way, value)
    try:
        asked = read_problem(ProblemJson.model_validate_json(json.dumps(document)))
    except ValidationError as error:
        assert all(fault["loc"] for fault in error.errors())  # noqa: PT017
        return
    except ProblemError as error:
        assert error.field  # noqa: PT017
        return
    plan = make_plan(asked)
    verify(asked, plan)
    json.dumps(write_plan(asked, plan), allow_nan=False)


def test_sound_problem_and_its_document_are_planned() -> None:
    again = read_problem(ProblemJson.model_validate(_DOCUMENT))
    for asked in (SOUND, STEPPED, again):
        verify(asked, make_plan(asked))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_at": "9999-12-31T23:59:59Z"}, "starts_at"),
        ({"committed": 5}, "committed"),
    ],
)
def test_document_whose_frame_cannot_be_is_refused(change: dict[str, Any], field: str) -> None:
    frame = {"starts_at": "2026-01-14T12:00:00Z", "slots": 4, "feeders": [], "evses": [], **change}
    with pytest.raises(ProblemError) as raised:
        read_problem(ProblemJson.model_validate(frame))
    assert raised.value.field == field
