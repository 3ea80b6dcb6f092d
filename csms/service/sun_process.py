"""The process that forecasts clear skies: pvlib takes seconds to load, so it is asked in a child.

It answers one question from its standard input on its output, in frames as the planning process
speaks them, and ends.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from csms.child import LENGTH_BYTES, read_body, read_length, write_frame
from csms.domain.resource import ResourceId
from smart_charging.arrays import Array
from smart_charging.forecast.sun import PvArray, clear_sky_w


@dataclass(frozen=True, slots=True, kw_only=True)
class SunQuestion:
    """For which arrays, and from when on, in which slots."""

    arrays: Mapping[ResourceId, PvArray]
    starts_at: datetime
    slots_s: tuple[int, ...]


def main() -> None:
    """Answer one question."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print what they like there
    head = sys.stdin.buffer.read(LENGTH_BYTES)
    question: SunQuestion = read_body(sys.stdin.buffer.read(read_length(head)))
    answers.write(write_frame(answer(question)))
    answers.flush()


def answer(question: SunQuestion) -> dict[ResourceId, Array]:
    """What each array gives under a clear sky: [slot]."""
    return {
        key: clear_sky_w(array, question.starts_at, question.slots_s)
        for key, array in question.arrays.items()
    }
