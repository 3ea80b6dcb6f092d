"""Draws a source that stands by, and prices by which it runs now and then.

It has a random stream of its own, so a site without it stays as it was. What it gives makes no
room, so no feeder gets any for it.
"""

from random import Random
from typing import Any, Final

import yaml

from simulators.chaos.resource_drawing import drawn_lines, paths
from simulators.chaos.site_drawing import Node
from simulators.supply import Earthing, Supply

_PRICED: Final = 0.7
"""Share of the sites with a source that plan by prices; at others it relieves lines only."""
_PER_KWH: Final = 2.0
"""Of the source; of the grid it is less in one stretch of a day, and more in the next."""
_CHEAP, _DEAR = 1.0, 3.0
_MINUTES: Final = 24 * 60


def add_source(seed: int, text: str) -> str:
    """Add a source to a drawn site; the text of its file, the same where none may be."""
    rng = Random(f"{seed} source")  # noqa: S311 - a simulation
    site: Node = yaml.safe_load(text)
    free = [path for path in paths(site["feeders"]) if not any(map(_shows_all, path))]
    if not free:
        return text
    supply = Supply(Earthing(site["grid"]["earthing"]), float(site["grid"]["voltage_v"]))
    path = rng.choice(free)
    path[-1].setdefault("resources", []).append(_source(rng, supply))
    if rng.random() < _PRICED:
        site["policy"] = {"aim": "cheap"}
        site["tariff"] = {"energy_per_kwh": _prices(rng)}
    return yaml.safe_dump(site, sort_keys=False, default_flow_style=None, width=120)


def _shows_all(feeder: Node) -> bool:
    """What gives looks like room to a meter that shows all: such files are refused."""
    return bool(feeder.get("uncontrolled", {}).get("meter_shows") == "all")


def _source(rng: Random, supply: Supply) -> Node:
    power_kw = rng.choice((4.0, 8.0, 15.0))
    return {
        "id": "source",
        "lines": drawn_lines(rng, supply),
        "standby": {
            "power_kw": power_kw,
            "least_kw": round(rng.uniform(0.1, 0.4) * power_kw, 1),
            "per_kwh": _PER_KWH,
            "starts_s": rng.choice((10, 30, 120)),
            "min_run_s": rng.choice((0, 300, 900)),
        },
        "keeps_setpoints": True,
    }


def _prices(rng: Random) -> dict[str, Any]:
    """Cheap and dear in turns."""
    every_min = rng.choice((15, 30, 60))
    begins = range(rng.randrange(every_min), _MINUTES - every_min, 2 * every_min)
    windows = [
        {"from": _clock(begin), "to": _clock(begin + every_min), "per_kwh": _DEAR}
        for begin in begins
    ]
    return {"default": _CHEAP, "windows": windows}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
