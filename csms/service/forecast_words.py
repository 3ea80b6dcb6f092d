"""How good forecasts are, in words: for the page and the command line."""

from collections.abc import Mapping
from typing import Final

from csms.domain.stay_outcome import Foretold
from csms.language.said import Said
from csms.service.forecast_view import Answerer

WHAT_WORDS: Final[Mapping[Foretold, str]] = {
    Foretold.ENERGY: Said("Energy"),
    Foretold.STAY: Said("Departures"),
}
ANSWERER_WORDS: Final[Mapping[Answerer, str]] = {
    Answerer.MODEL: Said("the model"),
    Answerer.BASELINE: Said("the baseline"),
    Answerer.NOBODY: Said("nobody: own past and assumptions count"),
}
_WH_PER_KWH: Final = 1000.0
_S_PER_H: Final = 3600.0


def figure(value: float, what: Foretold) -> str:
    """Write an energy in kWh, or a length of time in h."""
    if what is Foretold.ENERGY:
        return f"{value / _WH_PER_KWH:.2f} kWh"
    return f"{value / _S_PER_H:.2f} h"
