"""The meter of a building, which reports every few seconds."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.rig.api import Api

_EVERY_S: Final = 5.0


class BuildingMeter:
    """Reports what the building draws, the same on every line.

    Args:
        api: Where to.
        site_id: Of which site.
    """

    def __init__(self, api: Api, site_id: str) -> None:
        self._api = api
        self._site_id = site_id
        self._amps = 0.0
        self._turn = threading.Lock()
        self._has_ended = threading.Event()

    def show(self, amps: float) -> float:
        """Report another load at once; return when that was begun, by `time.monotonic`."""
        with self._turn:
            self._amps = amps
            began_s = time.monotonic()
            self._api.report_load(self._site_id, amps)
            return began_s

    def run(self) -> None:
        """Report until ended."""
        while not self._has_ended.wait(_EVERY_S):
            with self._turn:
                self._api.report_load(self._site_id, self._amps)

    def end(self) -> None:
        """Report no more."""
        self._has_ended.set()


@contextmanager
def metering(api: Api, site_id: str) -> Iterator[BuildingMeter]:
    """A meter that shows 0 A to begin with, until this is left."""
    meter = BuildingMeter(api, site_id)
    meter.show(0.0)
    reporting = threading.Thread(target=meter.run)
    reporting.start()
    try:
        yield meter
    finally:
        meter.end()
        reporting.join()
