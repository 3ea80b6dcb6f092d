"""How long vehicles have stayed, beside what their drivers had said.

From the stays that were over before the week began: of those whose drivers had said about the same
as this one, and that were still there after as long a time, each is one way in which this stay may
go on.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

_ALIKE: Final = 100
"""So many stays with the most similar stated length are looked at."""
_QUANTILES: Final = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
_LEAST_KNOWN: Final = 5
_LONGER: Final = 1.25
"""When hardly any was still there: the stay lasts a quarter longer than it has lasted."""


class Past:
    """Stays at a site that are over.

    Args:
        stays: What the driver had said, and how long it was, seconds.
    """

    def __init__(self, stays: Sequence[tuple[float, float]]) -> None:
        table = np.array(stays, dtype=float).reshape(-1, 2)
        self._stated_s = table[:, 0]
        self._ratio = table[:, 1] / table[:, 0]

    def lengths_s(self, stated_s: float, lasted_s: float) -> list[float]:
        """Equally likely lengths of a whole stay that has lasted for some time already."""
        alike = np.argsort(np.abs(np.log(self._stated_s / stated_s)), kind="stable")[:_ALIKE]
        lengths_s = self._ratio[alike] * stated_s
        lengths_s = lengths_s[lengths_s > lasted_s]
        if len(lengths_s) < _LEAST_KNOWN:
            return [max(stated_s, lasted_s * _LONGER)]
        quantiles: list[float] = np.quantile(lengths_s, _QUANTILES).tolist()
        return quantiles
