import pytest

from csms.domain.settings import WantedSetting, is_same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("300", "300.0"),
        ("true", "True"),
        (" A", "a"),
        ("A,W", "W, A"),
        ("Current.Import,SoC", "SoC,Current.Import"),
        ("", ""),
    ],
)
def test_values_that_mean_the_same_are_the_same(one: str, other: str) -> None:
    assert is_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("300", "301"), ("true", "1"), ("A", "A,W"), ("A,A", "A"), ("", "0")]
)
def test_values_that_mean_something_else_differ(one: str, other: str) -> None:
    assert not is_same(one, other)


@pytest.mark.parametrize(
    ("protocol", "stations", "is_for"),
    [
        (None, frozenset(), True),
        ("1.6", frozenset(), True),
        ("2.0.1", frozenset(), False),
        (None, frozenset({"G-01"}), True),
        (None, frozenset({"G-02"}), False),
        ("2.0.1", frozenset({"G-01"}), False),
    ],
)
def test_setting_is_for_the_stations_that_it_names(
    protocol: str | None, stations: frozenset[str], is_for: bool
) -> None:
    wanted = WantedSetting(name="a", value="1", protocol=protocol, stations=stations)
    assert wanted.is_for("G-01", "1.6") is is_for
