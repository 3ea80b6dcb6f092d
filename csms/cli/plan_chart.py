"""A plan as a chart: what every feeder carries against its limit, and who charges when."""

from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from smart_charging.arrays import Array
from smart_charging.currents import Load, line_currents
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem

_LINE_COLOURS: Final = ("#1f5fd0", "#c2410c", "#15803d")
_LIMIT_COLOUR: Final = "#111827"
_MOST_FEEDERS: Final = 4
_ROW_INCHES: Final = 0.22
_MOST_ROWS: Final = 60


def draw_plan(problem: ChargingProblem, plan: ChargingPlan, path: Path) -> None:
    """Draw a plan to a file; its ending says in which format.

    Raises:
        OSError: It cannot be written.
        ValueError: The format is not known.
    """
    feeders = problem.feeders[:_MOST_FEEDERS]
    rows = min(_MOST_ROWS, max(4, len(plan.evses)))
    heights = [2.0] * len(feeders) + [0.8 + _ROW_INCHES * rows]
    figure = Figure(figsize=(11, sum(heights) + 0.8), layout="constrained")
    axes = np.atleast_1d(figure.subplots(len(heights), 1, sharex=True, height_ratios=heights))
    hours = np.concatenate([[0.0], np.cumsum(plan.slots_s) / 3600.0])
    carried = line_currents(problem.feeders, _loads(problem, plan), problem.policy.risk)
    for axis, feeder in zip(axes, feeders, strict=False):
        _draw_feeder(axis, hours, carried[feeder.key], feeder.limit_a, feeder.key)
    _draw_evses(axes[-1], hours, plan)
    axes[-1].set_xlabel(f"hours after {plan.starts_at:%Y-%m-%d %H:%M %Z}")
    figure.suptitle(f"Plan by {plan.method}", fontsize=11)
    figure.savefig(path, dpi=110)


def _loads(problem: ChargingProblem, plan: ChargingPlan) -> list[Load]:
    loads = [Load(one.feeder, one.tap, one.amps) for one in problem.reservations]
    for evse, planned in zip(problem.evses, plan.evses, strict=True):
        loads.append(Load(evse.feeder, evse.tap, np.maximum(np.array(planned.limits_a), 0.0)))
    for store, held in zip(problem.stores, plan.stores, strict=True):
        loads.append(Load(store.feeder, store.tap, np.maximum(np.array(held.amps), 0.0)))
    return loads


def _draw_feeder(axis: Axes, hours: Array, amps: Array, limit_a: Array, name: str) -> None:
    for line, colour in enumerate(_LINE_COLOURS):
        axis.stairs(amps[line], hours, color=colour, linewidth=1.4, label=f"L{line + 1}")
    axis.stairs(limit_a.min(axis=0), hours, color=_LIMIT_COLOUR, linewidth=1.8, label="limit")
    axis.set_ylabel("A")
    axis.set_ylim(bottom=0)
    axis.set_title(name, loc="left", fontsize=9)
    axis.legend(loc="upper right", ncols=4, fontsize=7, frameon=False)
    axis.margins(x=0)


def _draw_evses(axis: Axes, hours: Array, plan: ChargingPlan) -> None:
    shown = plan.evses[:_MOST_ROWS]
    if not shown:
        return
    limits_a = np.array([planned.limits_a for planned in shown])
    mesh = axis.pcolormesh(hours, np.arange(len(shown) + 1), limits_a, cmap="Blues", vmin=0.0)
    axis.set_yticks(np.arange(len(shown)) + 0.5, [planned.key for planned in shown], fontsize=7)
    axis.invert_yaxis()
    more = len(plan.evses) - len(shown)
    axis.set_title("Limits, A" + (f" (and {more} more)" if more else ""), loc="left", fontsize=9)
    axis.figure.colorbar(mesh, ax=axis, pad=0.01, fraction=0.03)
