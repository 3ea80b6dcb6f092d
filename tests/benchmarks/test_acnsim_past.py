from benchmarks.acnsim.past import Past

HOUR = 3600.0


def test_stays_are_as_much_longer_than_stated_as_earlier_ones_were() -> None:
    past = Past([(8 * HOUR, 6 * HOUR)] * 50 + [(8 * HOUR, 10 * HOUR)] * 50)

    assert past.lengths_s(4 * HOUR, 0.0) == [3 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR, 5 * HOUR]


def test_who_is_still_there_stays_as_long_as_others_who_were() -> None:
    past = Past([(8 * HOUR, 6 * HOUR)] * 50 + [(8 * HOUR, 10 * HOUR)] * 50)

    assert past.lengths_s(8 * HOUR, 7 * HOUR) == [10 * HOUR] * 5


def test_only_stays_with_a_similar_statement_count() -> None:
    past = Past([(1 * HOUR, 3 * HOUR)] * 100 + [(8 * HOUR, 8 * HOUR)] * 100)

    assert past.lengths_s(9 * HOUR, 0.0) == [9 * HOUR] * 5


def test_what_the_driver_says_counts_while_nothing_is_known() -> None:
    assert Past([]).lengths_s(8 * HOUR, 1 * HOUR) == [8 * HOUR]


def test_who_is_there_longer_than_anybody_was_stays_a_quarter_longer() -> None:
    past = Past([(8 * HOUR, 8 * HOUR)] * 100)

    assert past.lengths_s(8 * HOUR, 12 * HOUR) == [15 * HOUR]
