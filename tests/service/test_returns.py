"""Whether many stations have come back at once."""

from csms.service.returns import MassReturn, Returns
from tests.service.rig import after

NAMES = ("A", "B", "C", "D", "E", "F", "G", "H")


def watched(*names: str) -> Returns:
    """A watch that has seen stations come at noon."""
    returns = Returns()
    for name in names:
        returns.came(name, ("level-1", "intake"), after(0))
    returns.take()
    return returns


def back(returns: Returns, minutes: float, *names: str) -> None:
    for name in names:
        returns.left(name)
    for name in names:
        returns.came(name, ("level-1", "intake"), after(minutes))


def test_half_of_all_that_were_connected_are_many() -> None:
    returns = watched(*NAMES)
    back(returns, 1, "A", "B", "C")
    assert returns.take().at == {}
    back(returns, 2, "D")
    news = returns.take()
    assert news.at == {"level-1": MassReturn(4, 8), "intake": MassReturn(4, 8)}
    assert news.stations == {"A", "B", "C", "D"}
    assert returns.take().at == {}


def test_fewer_than_three_are_not_many() -> None:
    returns = watched("A", "B")
    back(returns, 1, "A", "B")
    assert returns.take().at == {}


def test_the_first_time_that_stations_come_is_no_return() -> None:
    returns = Returns()
    for name in NAMES:
        returns.came(name, ("intake",), after(0))
    assert returns.take().at == {}


def test_who_came_back_longer_ago_does_not_count() -> None:
    returns = watched("A", "B", "C")
    back(returns, 1, "A", "B")
    back(returns, 11.5, "C")
    assert returns.take().at == {}
    back(returns, 12, "A", "B")
    assert returns.take().at["intake"] == MassReturn(3, 3)


def test_a_station_that_comes_back_often_counts_once() -> None:
    returns = watched("A", "B", "C")
    for minutes in range(1, 6):
        back(returns, minutes, "A")
    assert returns.take().at == {}


def test_who_comes_later_belongs_to_the_same_return() -> None:
    returns = watched(*NAMES)
    back(returns, 1, *NAMES[:4])
    returns.take()
    back(returns, 3, *NAMES[4:])
    news = returns.take()
    assert news.at == {}
    assert news.stations == {"E", "F", "G", "H"}


def test_a_station_without_a_place_is_forgotten() -> None:
    returns = watched(*NAMES)
    for name in NAMES[5:]:
        returns.forget(name)
    back(returns, 1, "A", "B", "C")
    assert returns.take().at["intake"] == MassReturn(3, 5)
