"""The planning process: answers problems from its standard input with plans on its output.

It is run by `ProcessPlanner`, and ends when its input does, which it does with its parent however
that ends.
"""

import logging
import os
import sys
from dataclasses import dataclass
from typing import IO

from csms.child import LENGTH_BYTES, read_body, read_length, write_frame
from csms.language.said import Said
from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to plan; see `make_plan`."""

    problem: ChargingProblem
    time_limit_s: float
    last: ChargingPlan | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no plan."""

    detail: str


Answer = ChargingPlan | Failure


def main() -> None:
    """Answer until there are no more questions."""
    logging.basicConfig()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print what they like there
    _put(answers, None)
    try:
        while head := sys.stdin.buffer.read(LENGTH_BYTES):
            question = read_body(sys.stdin.buffer.read(read_length(head)))
            _put(answers, _answer(question))
    except BrokenPipeError:
        os._exit(1)  # the parent has ended meanwhile, and nothing can be flushed any more


def _answer(question: Question) -> Answer:
    try:
        return make_plan(question.problem, question.time_limit_s, question.last)
    except Exception as error:  # whoever asks has another way to plan
        logger.exception("a plan failed")
        return Failure(Said("planning failed: %(error)s", error=type(error).__name__))


def _put(answers: IO[bytes], value: object) -> None:
    answers.write(write_frame(value))
    answers.flush()
