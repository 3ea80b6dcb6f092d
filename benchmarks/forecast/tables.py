"""What the benchmark prints."""

from collections.abc import Sequence

from benchmarks.forecast.bars import held_by_site
from benchmarks.forecast.site_load import Outcome
from benchmarks.forecast.stay_runs import Result
from smart_charging.forecast.stay import Whats


def print_outcomes(title: str, outcomes: Sequence[Outcome]) -> None:
    """A table of loads or arrivals."""
    print(f"\n{title}", flush=True)
    print(f"  {'site':<14} days   MAE/naive  pinball/mean  80 % held  of all steps  method")
    for one in outcomes:
        print(
            f"  {one.name:<14} {one.days:4d}  {one.ratio:10.3f}  {one.normalised_pinball:12.4f}"
            f"  {one.held:9.1%}  {one.held_all:12.1%}  {one.model.method}"
        )


def print_stays(result: Result) -> None:
    """Tables of what was said of vehicles."""
    for what, unit in zip(Whats, ("kWh", "h"), strict=True):
        found = result.forecasts[what]
        print(f"\n{result.name}, {what} ({unit}), {len(found.at)} stays at plug-in")
        print(f"  MAE {found.error:.3f}, naive {found.naive_error:.3f}")
        print(f"  pinball {found.loss:.3f}, naive {found.naive_loss:.3f}")
        _print_later(result, what)
        shares = [
            f"{site} {share:.1%} of {count}" for site, count, share in held_by_site(result, what)
        ]
        print(f"  80 % intervals hold: {', '.join(shares)}")
        learned = result.model.of(what)
        print(f"  naive where it is not beaten: {', '.join(learned.naive_at) or 'nowhere'}")


def _print_later(result: Result, what: str) -> None:
    print("  after      stays     MAE  pinball  80 % held  of what was said at first: MAE, pinball")
    for one in result.later["energy" if what == "energy" else "stay"]:
        print(
            f"  {one.elapsed_h:4.0f} h  {one.stays:8d}  {one.error:6.3f}  {one.loss:7.3f}"
            f"  {one.held:9.1%}  {one.first_error:10.3f}  {one.first_loss:7.3f}"
        )
