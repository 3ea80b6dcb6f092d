"""What is told to a program beside the server is what any other would be told."""

import pickle
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest

from csms.child import LENGTH_BYTES, read_body, read_length, write_frame
from csms.language.said import Said
from csms.service.planning_process import Failure, Question
from smart_charging.plan import Cause, Reason
from smart_charging.vehicle import Demand, Outcome
from tests.smart_charging.problems import evse, feeder, problem

LEAVES_AT = datetime(2026, 1, 14, 17, tzinfo=UTC)


@dataclass
class _Loose:
    """Neither frozen nor with slots."""

    amps: float


DEMAND = Demand(
    energy_wh=9_000.0,
    departs_at=LEAVES_AT,
    outcomes=(Outcome(probability=1.0, departs_at=LEAVES_AT, energy_wh=9_000.0),),
)
QUESTION = Question(problem=problem(feeder("main", 32.0), evse("A/1")), time_limit_s=1.0)


@pytest.mark.parametrize(
    "value",
    [
        None,
        QUESTION,
        Failure(Said("planning failed: %(error)s", error="OSError")),
        [Reason(cause=Cause.FEEDER, feeder="root", line=2, until=LEAVES_AT), _Loose(6.0)],
        (DEMAND, DEMAND, np.arange(3.0)),
    ],
    ids=["nothing", "question", "failure", "reasons", "twice"],
)
def test_frame_holds_what_pickle_writes(value: object) -> None:
    frame = write_frame(value)
    head, body = frame[:LENGTH_BYTES], frame[LENGTH_BYTES:]
    assert read_length(head) == len(body)
    assert body == pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def test_question_is_read_as_it_was_asked() -> None:
    read = read_body(write_frame(QUESTION)[LENGTH_BYTES:])
    assert read.problem.evses == QUESTION.problem.evses
    assert read_body(write_frame([DEMAND])[LENGTH_BYTES:]) == [DEMAND]
