"""Draws what a site has beside chargers: batteries, sun, heat, loads that can wait.

It has a random stream of its own, so a site without them stays as it was. Every feeder above a
resource gets room for what it may draw unsteered, and for a part of the rest.
"""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from simulators import yaml_text
from simulators.chaos.site_drawing import Node
from simulators.supply import Earthing, Supply

_W_PER_KW: Final = 1000.0
_LINES: Final = (1, 2, 3)
_PAIRS: Final = ([1, 2], [2, 3], [3, 1])
_KINDS: Final = ("battery", "heat", "heat", "load", "pv")
_KINDS_BELOW_TOTALS: Final = ("heat", "heat", "load")
"""What gives looks like room to a meter that shows all: site files with it are refused."""
_SHARE_OF_REST: Final = (0.1, 0.6)


def add_resources(seed: int, text: str) -> str:
    """Add resources to a drawn site; the text of its file."""
    rng = Random(f"{seed} resources")  # noqa: S311 - a simulation
    site: Node = yaml_text.parse(text)
    supply = Supply(Earthing(site["grid"]["earthing"]), float(site["grid"]["voltage_v"]))
    for number in range(rng.choice((1, 2, 2, 3))):
        path = rng.choice(list(paths(site["feeders"])))
        has_total = any(one.get("uncontrolled", {}).get("meter_shows") == "all" for one in path)
        kind = rng.choice(_KINDS_BELOW_TOTALS if has_total else _KINDS)
        node, rated_kw = _resource(rng, kind, f"{kind}-{number + 1}", supply)
        path[-1].setdefault("resources", []).append(node)
        unsteered_kw = node.get("fallback_kw", 0.0) if node.get("keeps_setpoints") else rated_kw
        more_kw = unsteered_kw + rng.uniform(*_SHARE_OF_REST) * (rated_kw - unsteered_kw)
        _make_room(path, node["lines"], more_kw * _W_PER_KW, supply)
    return yaml_text.spell(site)


def paths(feeders: list[Node], above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, ...]]:
    """Every feeder, with all that feed it, from the root."""
    for feeder in feeders:
        path = (*above, feeder)
        yield path
        yield from paths(feeder.get("feeders", []), path)


def drawn_lines(rng: Random, supply: Supply) -> list[int]:
    """The lines of a resource: all of them as a rule, else as many as there may be."""
    singles = _PAIRS if supply.earthing is Earthing.IT else [[line] for line in _LINES]
    return list(_LINES) if rng.random() < 0.7 else list(rng.choice(singles))


def _resource(rng: Random, kind: str, name: str, supply: Supply) -> tuple[Node, float]:
    """Draw one; and the most that it draws, in kW."""
    rated_kw = rng.choice((2.0, 3.0, 4.0, 6.0))
    lines = drawn_lines(rng, supply)
    node: Node = {"id": name, "lines": lines, kind: _DRAWERS[kind](rng, rated_kw)}
    if kind == "pv":
        return node, 0.0
    node["keeps_setpoints"] = rng.random() < 0.85
    if kind != "load" and rng.random() < 0.3:
        node["fallback_kw"] = round(rng.uniform(0.1, 0.5) * rated_kw, 1)
    return node, rated_kw


def _battery(rng: Random, rated_kw: float) -> dict[str, Any]:
    """It is half full at first, and has to be filled up to its reserve where that is more."""
    return {
        "capacity_kwh": round(rated_kw * rng.uniform(1.0, 3.0), 1),
        "charge_kw": rated_kw,
        "discharge_kw": rated_kw,
        "reserve_pct": rng.choice((10.0, 60.0, 80.0)),
    }


def _heat(rng: Random, rated_kw: float) -> dict[str, Any]:
    """It is in the middle of its band at first, and loses much of what its heater makes."""
    gain = rng.choice((1.0, 3.0))
    loses_w = rng.uniform(0.4, 0.9) * rated_kw * gain * _W_PER_KW
    return {
        "rated_kw": rated_kw,
        "least_kw": rng.choice((0.0, 0.3)) * rated_kw,
        "band_c": [19.0, 23.0],
        "kwh_per_k": round(rng.uniform(0.2, 1.0) * rated_kw, 2),
        "w_per_k": round(loses_w / 20.0, 1),
        "around_c": 1.0,
        "gain": gain,
    }


def _load(rng: Random, rated_kw: float) -> dict[str, Any]:
    return {
        "power_kw": rated_kw,
        "energy_kwh": round(rated_kw * rng.uniform(0.3, 1.5), 1),
        "earliest": "06:00",
        "done_by": "23:30",
        "interruptible": rng.random() < 0.5,
    }


def _sun(rng: Random, rated_kw: float) -> dict[str, Any]:
    return {"peak_kw": 2 * rated_kw, "latitude": 60.0, "longitude": rng.choice((5.0, 10.4))}


_DRAWERS: Final = {"battery": _battery, "heat": _heat, "load": _load, "pv": _sun}


def _make_room(path: tuple[Node, ...], lines: list[int], more_w: float, supply: Supply) -> None:
    more_a = more_w / supply.watts_per_ampere(len(lines))
    for feeder in path:
        limit = feeder["limit_a"]
        if isinstance(limit, list):
            feeder["limit_a"] = _raised(limit, lines, more_a)
            continue
        limit["default"] = _raised(limit["default"], lines, more_a)
        for window in limit["windows"]:
            window["amps"] = _raised(window["amps"], lines, more_a)


def _raised(limit_a: list[float], lines: list[int], more_a: float) -> list[float]:
    return [
        round(amps + more_a + 0.05, 1) if line in lines else amps
        for line, amps in zip(_LINES, limit_a, strict=True)
    ]
