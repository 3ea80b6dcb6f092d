"""How warm it is outdoors: as told, between what was told, and beyond it."""

from datetime import timedelta

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.weather import OutdoorCourse, Told, check_outdoor
from tests.service.rig import NOON


def told(*points: tuple[float, float]) -> list[Told]:
    """Temperatures by hours after noon."""
    return [(NOON + timedelta(hours=hours), celsius) for hours, celsius in points]


def course(*points: tuple[float, float]) -> OutdoorCourse:
    return OutdoorCourse().taken(told(*points), NOON)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (-1, -4.0),
        (0, -4.0),
        (1, -5.0),
        (2, -6.0),
        (7, -6.0 + 5 / 22 * 4),
        (24, -2.0),
        (25, -5.0),  # as a day before
        (49, -2.0),  # no day before is known, so as it was told last
    ],
)
def test_course_is_told_between_points_and_beyond_them(hours: float, expected: float) -> None:
    one = course((0, -4), (2, -6), (24, -2))
    assert one.at(NOON + timedelta(hours=hours)) == pytest.approx(expected)


def test_news_take_the_place_of_what_was_told_of_later() -> None:
    one = course((0, -4), (2, -6), (24, -2))
    later = NOON + timedelta(hours=1)
    assert one.taken(told((1, 0.0), (3, 1.0)), later).told == tuple(
        told((0, -4), (1, 0.0), (3, 1.0))
    )
    assert one.taken([], later) is one


def test_what_was_told_last_is_known_for_six_hours() -> None:
    one = course((0, -4))
    assert OutdoorCourse().at(NOON) is None
    assert not OutdoorCourse().is_known(NOON)
    assert one.is_known(NOON + timedelta(hours=5))
    assert not one.is_known(NOON + timedelta(hours=6))


@pytest.mark.parametrize(
    ("points", "field"),
    [
        ([(0, float("nan"))], "outdoor/0/celsius"),
        ([(0, 1.0), (1, -80.0)], "outdoor/1/celsius"),
        ([(-2, 1.0)], "outdoor/0/at"),
        ([(241, 1.0)], "outdoor/0/at"),
        ([], "outdoor"),
    ],
)
def test_absurd_temperatures_are_refused(points: list[tuple[float, float]], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        check_outdoor(told(*points), NOON)
    assert refused.value.field == field
