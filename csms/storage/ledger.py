"""The transactions that run, in memory: what most reports need to know, without a look-up.

It holds what the tables hold, and what the commit that is under way adds to them: this program is
the only one that writes on its stations. A transaction that it does not hold is looked up.
"""

from collections.abc import Mapping

import msgspec

from csms.domain.identity import StationId
from csms.domain.report_numbers import ReportNumbers
from csms.domain.transaction import Transaction


class OpenTransaction(msgspec.Struct, frozen=True, gc=False):
    """A transaction that runs, and which reports of it have come.

    Attributes:
        is_news: Its unit of work has still to write down what has changed of it.
    """

    transaction: Transaction
    numbers: ReportNumbers
    is_news: bool = False


class Ledger:
    """The transactions that run.

    Attributes:
        metered: Stations whose meters have been heard of since the start.
    """

    def __init__(self) -> None:
        self.metered: set[StationId] = set()
        self._open: dict[int, OpenTransaction] = {}
        self._numbers: dict[tuple[StationId, str], int] = {}

    def __len__(self) -> int:
        return len(self._open)

    def number_of(self, station_id: StationId, transaction: str) -> int | None:
        """Our number of a transaction by the station's id of it, None if it is not held."""
        return self._numbers.get((station_id, transaction))

    def find(self, number: int) -> OpenTransaction | None:
        """A transaction by our number, None if it is not held."""
        return self._open.get(number)

    def take(self, changes: Mapping[int, OpenTransaction | None]) -> None:
        """Hold transactions as they are now; None: it is to be looked up again."""
        for number, entry in changes.items():
            if entry is not None:
                name = entry.transaction
                self._open[number] = entry
                self._numbers[name.station_id, name.transaction] = number
            elif (old := self._open.pop(number, None)) is not None:
                name = old.transaction
                self._numbers.pop((name.station_id, name.transaction), None)

    def forget(self) -> None:
        """Look everything up again: what was to be committed is not."""
        self.metered.clear()
        self._open.clear()
        self._numbers.clear()
