"""The weeks as a chart: what flows at the meter, and what battery, heat and sun do in it."""

from pathlib import Path
from typing import Any

from benchmarks.flexible_site.garage import Garage
from benchmarks.flexible_site.steering import Steering
from benchmarks.flexible_site.weeks import ZONE


def draw(weeks: dict[Steering, Garage], path: Path) -> None:
    """Draw the weeks one above the other."""
    import matplotlib as mpl  # noqa: PLC0415 - takes a second

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, panels = plt.subplots(len(weeks), 1, figsize=(11, 8), sharex=True, sharey=True)
    for panel, (steering, garage) in zip(panels, weeks.items(), strict=True):
        _draw(panel, str(steering), garage)
    panels[0].legend(loc="upper right", ncols=5, fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _draw(panel: Any, title: str, garage: Garage) -> None:  # noqa: ANN401 - matplotlib's axes
    steps = garage.steps
    times = [step.at.astimezone(ZONE) for step in steps]
    parts = {
        "house": [step.building_w / 1000 for step in steps],
        "heat": [step.heat_w / 1000 for step in steps],
        "cars": [step.cars_w / 1000 for step in steps],
        "battery charges": [max(step.battery_w, 0.0) / 1000 for step in steps],
    }
    colours = ("#8d99ae", "#d98c5f", "#3a7ca5", "#81a684")
    panel.stackplot(times, *parts.values(), labels=parts.keys(), colors=colours, linewidth=0)
    panel.plot(times, [step.net_w / 1000 for step in steps], "k", lw=0.8, label="at the meter")
    panel.plot(times, [-step.sun_w / 1000 for step in steps], color="#e0a800", lw=0.8, label="sun")
    panel.set_title(title, loc="left", fontsize=10)
    panel.set_ylabel("kW")
    panel.grid(alpha=0.3)
