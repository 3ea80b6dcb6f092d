"""Which garages the server's model answers at, and how long it takes to find out.

    .venv/bin/python -m benchmarks.forecast.backtest [--end 2020-02-01] [--weeks 52]

All Norwegian garages are sites of one server. Its nightly fit (`csms/forecasting/fitting.py`) makes
a model of their last year, and judges it by models of the past (rolling origin) beside the
baseline, site by site.
"""

import argparse
import os
from pathlib import Path
from time import process_time
from typing import Final

import pandas as pd

from benchmarks.forecast.record import norwegian_garages
from csms.domain.forecast_model import SiteReport
from csms.domain.stay_outcome import Foretold
from csms.forecasting.fitting import fit
from csms.forecasting.settings import ForecastSettings

_ROOT: Final = Path(__file__).parents[2]
_UNITS: Final = {Foretold.ENERGY: (1000.0, "kWh"), Foretold.STAY: (3600.0, "h")}


def main() -> None:
    """Fit, and print a row for each garage."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--end", default="2020-02-01", help="the day of the fit")
    parser.add_argument("--weeks", type=int, default=ForecastSettings().weeks)
    asked = parser.parse_args()
    data = Path(os.environ.get("CHARGEFLEX_DATA", _ROOT / "data")).resolve()
    garages = norwegian_garages(data)
    calendar = garages[0].calendar
    end = pd.Timestamp(asked.end, tz=calendar.zone)
    stays = pd.concat([one.stays for one in garages], ignore_index=True)
    is_past = (stays["unplugged_at"] <= end) & (
        stays["plugged_in_at"] >= end - pd.Timedelta(weeks=asked.weeks)
    )
    past = stays[is_past].sort_values("plugged_in_at", kind="stable").reset_index(drop=True)
    began_s = process_time()
    fitted = fit(past, calendar)
    took_s = process_time() - began_s
    for name, report in sorted(fitted.sites.items()):
        print(_row(name, report))
    print(f"{len(past)} stays of {len(fitted.sites)} garages, {took_s:.0f} s of processor time")


def _row(name: str, report: SiteReport) -> str:
    words = [f"{name}: {report.stays} stays"]
    for what, (scale, unit) in _UNITS.items():
        if (score := report.scores.get(what)) is None:
            words.append(f"{what} not judged")
            continue
        words.append(
            f"{what} of {score.count}: {score.loss / scale:.2f} {unit}, baseline "
            f"{score.baseline_loss / scale:.2f}, {score.held:.0%} held, "
            f"{'model' if score.is_used else 'baseline'}"
        )
    return "; ".join(words)


if __name__ == "__main__":
    main()
