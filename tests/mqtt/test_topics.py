"""Topics of our own."""

import pytest

from csms.mqtt.topics import Topics

TOPICS = Topics("grid/north")


def test_topics_are_versioned_below_the_prefix() -> None:
    assert TOPICS.status == "grid/north/v1/status"
    assert TOPICS.every_meter == "grid/north/v1/sites/+/feeders/+/meter"
    assert TOPICS.meter("yard", "main") == "grid/north/v1/sites/yard/feeders/main/meter"


@pytest.mark.parametrize("name", ["main", "Nørdre gate", "a/b", "+", "#", "100%", "a+b", "$x"])
def test_any_name_is_one_level_and_read_again(name: str) -> None:
    topic = TOPICS.meter(name, name)
    assert topic.count("/") == 7
    assert "+" not in topic
    assert "#" not in topic
    assert TOPICS.feeder_of(topic) == (name, name)


@pytest.mark.parametrize(
    "topic",
    ["", "grid/north/v1/status", "other/v1/sites/a/feeders/b/meter", "grid/north/v1/sites/a/meter"],
)
def test_other_topics_are_no_meters(topic: str) -> None:
    assert TOPICS.feeder_of(topic) is None
