import json
import logging
from collections.abc import Iterator

import ocpp.messages
import pytest

from benchmarks.codec.__main__ import Row, judge
from benchmarks.codec.messages import Message, load_messages
from benchmarks.codec.ours import OurSide
from benchmarks.codec.theirs import TheirSide

MESSAGES = {message.name: message for message in load_messages()}


@pytest.fixture(autouse=True)
def _package_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ocpp.messages, "ASYNC_VALIDATION", True)
    level = logging.getLogger("ocpp").level
    yield
    logging.getLogger("ocpp").setLevel(level)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Heartbeat", 29),
        ("StartTransaction", 136),
        ("MeterValues", 1_711),
        ("TransactionEvent", 1_957),
    ],
)
def test_messages_are_as_large_as_stations_send_them(name: str, size: int) -> None:
    assert len(MESSAGES[name].text) == size


@pytest.mark.parametrize("is_lean", [False, True])
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_all_sides_give_the_same_answer(message: Message, *, is_lean: bool) -> None:
    theirs = TheirSide(is_lean=is_lean)
    try:
        assert json.loads(theirs.answer(message)) == json.loads(OurSide().answer(message))
    finally:
        theirs.close()


@pytest.mark.parametrize("name", ["MeterValues", "TransactionEvent"])
def test_every_stage_can_be_run_by_itself(name: str) -> None:
    stages = OurSide().stages(MESSAGES[name])
    assert set(stages) == {
        "envelope",
        "payload, check, event",
        "reply, check",
        "answer",
        "reading",
    }
    assert all(stage() is not None for stage in stages.values())


def row(name: str, lean_ratio: float) -> Row:
    return Row(
        message=MESSAGES[name],
        plain_us=1_000.0,
        lean_us=800.0,
        ours_us=20.0,
        plain_ratio=50.0,
        lean_ratio=lean_ratio,
    )


@pytest.mark.parametrize(
    ("meter_values", "transaction_event", "exit_code", "verdict"),
    [
        (20.0, 30.0, 0, "PASS"),
        (19.9, 30.0, 1, "FAIL: MeterValues"),
        (20.0, 29.9, 1, "FAIL: TransactionEvent"),
        (1.0, 1.0, 1, "FAIL: MeterValues, TransactionEvent"),
    ],
)
def test_bars_hold_against_the_lean_package(
    capsys: pytest.CaptureFixture[str],
    meter_values: float,
    transaction_event: float,
    exit_code: int,
    verdict: str,
) -> None:
    rows = [
        row("Heartbeat", 1.0),
        row("MeterValues", meter_values),
        row("TransactionEvent", transaction_event),
    ]
    assert judge(rows) == exit_code
    assert capsys.readouterr().out.endswith(f"(bar 1/20, 1/30) {verdict}\n")
