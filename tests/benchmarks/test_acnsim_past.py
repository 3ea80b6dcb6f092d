from benchmarks.acnsim.past import Past, PastStay

HOUR = 3600.0


def stays(
    stated_h: float,
    lasted_h: float,
    count: int = 10,
    came_h: float = 9.0,
    energy_wh: float = 10_000.0,
) -> list[PastStay]:
    one = PastStay(
        came_h=came_h,
        stated_s=stated_h * HOUR,
        lasted_s=lasted_h * HOUR,
        energy_wh=energy_wh,
    )
    return [one] * count


def lengths_h(
    past: Past,
    stated_h: float,
    lasted_h: float = 0.0,
    came_h: float = 9.0,
    energy_wh: float = 10_000.0,
) -> list[float]:
    alike = past.alike(came_h, stated_h * HOUR, energy_wh)
    return [s / HOUR for s in alike.after(lasted_h * HOUR)]


def test_stays_are_as_much_longer_than_stated_as_earlier_ones_were() -> None:
    past = Past(stays(8, 6) + stays(8, 10))

    assert lengths_h(past, 7) == [5.0, 5.0, 7.0, 9.0, 9.0]


def test_who_is_still_there_stays_as_long_as_others_who_were() -> None:
    past = Past(stays(8, 6) + stays(8, 10))

    assert lengths_h(past, 8, lasted_h=7) == [10.0] * 5


def test_only_stays_with_a_similar_statement_count() -> None:
    past = Past(stays(1, 3, count=30) + stays(8, 8, count=30))

    assert lengths_h(past, 9) == [9.0] * 5


def test_only_stays_that_came_at_about_the_same_time_count() -> None:
    past = Past(stays(4, 8, count=30) + stays(4, 3, count=30, came_h=18.0))

    assert lengths_h(past, 4, came_h=10.0) == [8.0] * 5
    assert lengths_h(past, 4, came_h=17.0) == [3.0] * 5


def test_only_stays_that_wanted_about_as_much_energy_count() -> None:
    little = stays(4, 1.5, count=30, energy_wh=5_000.0)
    past = Past(little + stays(4, 4, count=30, energy_wh=25_000.0))

    assert lengths_h(past, 4, energy_wh=7_000.0) == [1.5] * 5
    assert lengths_h(past, 4, energy_wh=20_000.0) == [4.0] * 5


def test_differences_of_very_little_energy_hardly_count() -> None:
    nearly_nothing = stays(4, 1, count=30, energy_wh=10.0)
    past = Past(nearly_nothing + stays(4, 4, count=30, energy_wh=1_000.0, came_h=11.0))

    assert lengths_h(past, 4, energy_wh=800.0) == [1.0] * 5


def test_shortly_before_and_after_midnight_is_about_the_same_time() -> None:
    past = Past(stays(4, 8, count=30, came_h=23.5) + stays(4, 3, count=30, came_h=5.0))

    assert lengths_h(past, 4, came_h=0.5) == [8.0] * 5


def test_what_the_driver_says_counts_while_nothing_is_known() -> None:
    assert lengths_h(Past([]), 8, lasted_h=1) == [8.0]


def test_who_is_there_longer_than_anybody_was_stays_a_quarter_longer() -> None:
    past = Past(stays(8, 8, count=30))

    assert lengths_h(past, 8, lasted_h=12) == [15.0]
