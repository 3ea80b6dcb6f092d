"""Draws a site file from a seed: a tree of feeders, chargers below it, load that nobody steers.

Every line of every feeder has room for the worst case of its uncontrolled load, for all fallbacks
below it, and for a part of what its chargers could draw: the rest is what has to be steered.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeAlias

from simulators import yaml_text

Node: TypeAlias = dict[str, Any]
"""A mapping in a YAML file."""

_LINES: Final = 3
_ROTATIONS: Final = ([1, 2, 3], [2, 3, 1], [3, 1, 2], [1, 3, 2])
_SINGLE: Final = {"TN": ([1], [2], [3]), "IT": ([1, 2], [2, 3], [3, 1])}
_WATTS_PER_AMPERE: Final = {"TN": 3 * 230.0, "IT": math.sqrt(3) * 230.0}
_LEAST_ROOM_A: Final = 16
"""Beside what is always kept free, so that somebody can be charged at any time."""
_DC_EVERY: Final = 40
"""Stations for each DC station with two EVSEs."""
_DC_EFFICIENCY: Final = 0.95
_AC_RATINGS_A: Final = (16, 16, 20, 32, 32)
_FALLBACK_A: Final = 6
_LARGEST_LEAF: Final = 30
_TOTAL_METERS: Final = 0.5
"""Share of the buildings' meters that show chargers as well."""


@dataclass(slots=True)
class _Branch:
    """A feeder that is being drawn; amperes are by line."""

    name: str
    branches: list["_Branch"] = field(default_factory=list)
    rated_a: list[float] = field(default_factory=lambda: [0.0] * _LINES)
    fallback_a: list[float] = field(default_factory=lambda: [0.0] * _LINES)
    worst_a: float = 0.0
    load: Node | None = None

    def all_below(self) -> Iterator["_Branch"]:
        yield self
        for branch in self.branches:
            yield from branch.all_below()

    def total_rated_a(self, line: int) -> float:
        return sum(branch.rated_a[line] for branch in self.all_below())

    def kept_a(self, line: int) -> float:
        """What must always fit: worst case and fallbacks."""
        return sum(branch.fallback_a[line] + branch.worst_a for branch in self.all_below())


def draw_site(seed: int, stations: int) -> str:
    """Draw a site with so many stations; the text of its file."""
    rng = Random(f"{seed} site")  # noqa: S311 - a simulation
    earthing = rng.choice(("TN", "TN", "IT"))
    root = _tree(rng, stations)
    chargers = list(_chargers(rng, earthing, root, stations))
    _draw_loads(rng, root)
    _draw_meter(Random(f"{seed} meters"), root)  # noqa: S311 - a simulation
    site: Node = {
        "site": f"chaos-{seed}",
        "timezone": rng.choice(("Europe/Oslo", "Europe/Lisbon", "Europe/Helsinki")),
        "grid": {"earthing": earthing, "voltage_v": 230},
        "feeders": [_feeder(rng, root, is_root=True)],
        "chargers": chargers,
        "control": _control(rng),
    }
    return yaml_text.spell(site)


def _control(rng: Random) -> Node:
    plan_every_s = rng.choice((300, 450, 600, 900))
    return {
        "plan_every_s": plan_every_s,
        "limits_live_s": math.ceil(plan_every_s * rng.uniform(2.5, 4)),
        "min_gap_s": rng.choice((5, 10, 20, 30, 60)),
        "meter_every_s": rng.choice((60, 120, 180, 300)),
        "acceptance": rng.choice(("at_once", "at_once", "when_set_up")),
    }


def _tree(rng: Random, stations: int) -> _Branch:
    root = _Branch("main")
    levels = rng.choice((2, 3, 3, 4))
    tips = [root]
    for _ in range(levels - 1):
        tips = [below for tip in tips for below in _fork(rng, tip)]
    while len(tips) * _LARGEST_LEAF < stations:  # a panel has no room for more
        tips += _fork(rng, root)
    return root


def _fork(rng: Random, branch: _Branch) -> list[_Branch]:
    taken = len(branch.branches)
    new = [
        _Branch(f"{branch.name}-{taken + number + 1}".removeprefix("main-"))
        for number in range(rng.choice((1, 2, 2, 3)))
    ]
    branch.branches += new
    return new


def _chargers(rng: Random, earthing: str, root: _Branch, stations: int) -> Iterator[Node]:
    """Chargers at the tips of the tree, few of them further up; enters what they may draw."""
    every = list(root.all_below())
    tips = [branch for branch in every if not branch.branches]
    has_fallback = rng.random() < 0.5
    for number in range(stations):
        branch = rng.choice(every) if rng.random() < 0.1 else tips[number % len(tips)]
        name = f"C-{number + 1:03d}"
        if number % _DC_EVERY == _DC_EVERY - 1:
            yield _dc_charger(rng, earthing, branch, name)
        else:
            yield _ac_charger(rng, earthing, branch, name, has_fallback=has_fallback)


def _ac_charger(
    rng: Random, earthing: str, branch: _Branch, name: str, *, has_fallback: bool
) -> Node:
    lines = rng.choice(_ROTATIONS) if rng.random() < 0.7 else rng.choice(_SINGLE[earthing])
    max_a = rng.choice(_AC_RATINGS_A)
    min_a = 8 if rng.random() < 0.1 else 6
    fallback_a = max(min_a, _FALLBACK_A) if has_fallback and rng.random() < 0.9 else 0
    for line in lines:
        branch.rated_a[line - 1] += max_a
        branch.fallback_a[line - 1] += fallback_a
    return {
        "id": name,
        "feeder": branch.name,
        "lines": list(lines),
        "max_a": max_a,
        "min_a": min_a,
        "fallback_a": fallback_a,
    }


def _dc_charger(rng: Random, earthing: str, branch: _Branch, name: str) -> Node:
    evses = []
    for number in (1, 2):
        max_kw, min_kw = rng.choice((30, 40, 60)), rng.choice((3, 5))
        for line in range(_LINES):
            rated_a = 1000 * max_kw / (_WATTS_PER_AMPERE[earthing] * _DC_EFFICIENCY)
            branch.rated_a[line] += rated_a
        dc = {"max_kw": max_kw, "min_kw": min_kw, "efficiency": _DC_EFFICIENCY}
        evses.append({"number": number, "feeder": branch.name, "dc": dc})
    return {"id": name, "evses": evses}


def _draw_loads(rng: Random, root: _Branch) -> None:
    """Uncontrolled load at the root, as a rule, and here and there below."""
    for branch in root.all_below():
        share = rng.uniform(0.08, 0.25)
        if rng.random() >= (0.8 if branch is root else 0.15):
            continue
        rated_a = max(branch.total_rated_a(line) for line in range(_LINES))
        worst_a = max(6, round(share * rated_a))
        branch.worst_a = worst_a
        branch.load = {
            "worst_case_a": _maybe_less(rng, worst_a),
            "largest_step_a": max(2, round(worst_a * rng.uniform(0.15, 0.4))),
            "metered": rng.random() < 0.7,
        }


def _draw_meter(rng: Random, root: _Branch) -> None:
    """Let the building's meter show all that flows, or only what nobody steers."""
    if rng.random() < _TOTAL_METERS and root.load is not None and root.load["metered"]:
        root.load["meter_shows"] = "all"


def _maybe_less(rng: Random, worst_a: int) -> object:
    """The same at any time, or less at night."""
    if rng.random() < 0.5:
        return worst_a
    at_night_a = max(3, round(worst_a * 0.5))
    return {"default": worst_a, "windows": [{"from": "23:00", "to": "05:30", "amps": at_night_a}]}


def _feeder(rng: Random, branch: _Branch, *, is_root: bool = False) -> Node:
    share = rng.uniform(0.06, 0.18) if is_root else rng.uniform(0.12, 0.4)
    free_a = [max(_LEAST_ROOM_A, share * branch.total_rated_a(line)) for line in range(_LINES)]
    if rng.random() < 0.3:
        free_a = [amps * rng.uniform(0.8, 1.2) for amps in free_a]
    else:
        free_a = [max(free_a)] * _LINES
    node: Node = {"id": branch.name, "limit_a": _limit(rng, branch, free_a)}
    if branch.load is not None:
        node["uncontrolled"] = branch.load
    if branch.branches:
        node["feeders"] = [_feeder(rng, below) for below in branch.branches]
    return node


def _limit(rng: Random, branch: _Branch, free_a: list[float]) -> object:
    default = [math.ceil(branch.kept_a(line) + free_a[line]) for line in range(_LINES)]
    if rng.random() < 0.6:
        return default
    share = rng.uniform(0.4, 0.9)
    less = [
        math.ceil(branch.kept_a(line) + max(_LEAST_ROOM_A, share * free_a[line]))
        for line in range(_LINES)
    ]
    opens_h = rng.randrange(24)
    closes_h = (opens_h + rng.randrange(1, 7)) % 24
    window: Node = {"from": f"{opens_h:02d}:30", "to": f"{closes_h:02d}:00", "amps": less}
    if rng.random() < 0.3:
        window["days"] = "mon-fri"
    return {"default": default, "windows": [window]}
