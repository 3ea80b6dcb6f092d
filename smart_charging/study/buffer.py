"""A buffer beside the vehicles: a battery, or heating that can wait.

It gives what vehicles want beyond the feeder's room, and is filled up again with what they leave.
It is connected to all three lines alike and knows nothing of the future. As a battery it loses a
part of what it takes in. Heating gives by being switched off, up to what it draws just then, and
takes by making up for that, up to its rating; what it may fall behind is its capacity, and nothing
is lost.
"""

from dataclasses import dataclass

import numpy as np

from smart_charging.arrays import Array
from smart_charging.study.drawing import STEPS_PER_H


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buffer:
    """What it can do.

    Attributes:
        gives_w: At most: [step].
        takes_w: At most: [step].
        capacity_wh: Between full and empty.
        efficiency: Energy given over energy taken.
    """

    gives_w: Array
    takes_w: Array
    capacity_wh: float
    efficiency: float = 1.0


class Reserve:
    """A buffer's content as time goes on, for many cases; full at the beginning.

    Args:
        buffer: What it can do.
        w_per_a: Power of an ampere on all lines.
        cases: How many.
    """

    def __init__(self, buffer: Buffer, w_per_a: float, cases: int) -> None:
        self._buffer, self._w_per_a = buffer, w_per_a
        self._held_wh = np.full(cases, buffer.capacity_wh)

    def offer_a(self, step: int) -> Array:
        """What it could put on each line: [case]."""
        most_w = np.minimum(self._buffer.gives_w[step], self._held_wh * STEPS_PER_H)
        offer: Array = most_w / self._w_per_a
        return offer

    def settle(self, step: int, wanted_a: Array, free_a: Array) -> Array:
        """Give what is drawn beyond the room, or take of what is free.

        Args:
            step: Which one.
            wanted_a: What lacks on the fullest line, at most what was offered: [case].
            free_a: What is free on the fullest line: [case].

        Returns:
            What it draws from each line, below 0 where it gives: [case].
        """
        buffer, held_wh = self._buffer, self._held_wh
        given_w = wanted_a * self._w_per_a
        missing_wh = (buffer.capacity_wh - held_wh) / buffer.efficiency
        taken_w = np.minimum(free_a * self._w_per_a, buffer.takes_w[step])
        taken_w = np.where(wanted_a > 0, 0.0, np.minimum(taken_w, missing_wh * STEPS_PER_H))
        change_wh = (taken_w * buffer.efficiency - given_w) / STEPS_PER_H
        self._held_wh = np.clip(held_wh + change_wh, 0.0, buffer.capacity_wh)
        return np.asarray((taken_w - given_w) / self._w_per_a)
