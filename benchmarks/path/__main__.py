"""What each step of a message's way through the server costs by itself.

    make bench-path

From the frame that comes to the frame that goes: read, understood, made a row, followed by the
site's state, answered, noted in the journal. Each step is repeated until its code and its data are
at hand, so a sum is what no run on sockets falls below; those, the database and what a machine does
meanwhile come on top (`benchmarks.throughput`, with `--floor`). It shows what a change has made
dearer, also on a busy machine. The bar is a share of what the `ocpp` package takes for the same
call in the same run, without socket, log and threads. Ends with exit code 1 if one is missed.
"""

import argparse
import asyncio
import sys
from typing import Final

from benchmarks.codec.messages import Message, load_messages
from benchmarks.codec.theirs import TheirSide
from benchmarks.codec.timing import repeat, take_turns
from benchmarks.path.steps import steps_of

_BARS: Final = {"MeterValues": 30, "TransactionEvent": 45}
_THEIRS: Final = "the ocpp package"


def main() -> int:
    """Measure the frequent messages and judge them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=9, help="of which the quickest counts")
    rounds = parser.parse_args().rounds
    shares = {
        message.name: _measure(message, rounds)
        for message in load_messages()
        if message.name in _BARS
    }
    has_passed = all(share >= _BARS[name] for name, share in shares.items())
    figures = "; ".join(f"{name} 1/{share:.0f} of the package" for name, share in shares.items())
    bars = ", ".join(f"1/{bar}" for bar in _BARS.values())
    print(f"path: {figures} (bar {bars}) {'PASS' if has_passed else 'FAIL'}")
    return 0 if has_passed else 1


def _measure(message: Message, rounds: int) -> float:
    """Print what the steps take; return how many times as long the package takes."""
    theirs = TheirSide(is_lean=True)
    steps = asyncio.run(steps_of(message))
    works = {name: repeat(step) for name, step in steps.items()}
    works[_THEIRS] = lambda times: theirs.answer(message, times)
    taken_us = {name: min(times_us) for name, times_us in take_turns(works, rounds).items()}
    theirs.close()
    theirs_us = taken_us.pop(_THEIRS)
    print(message.name)
    for name, step_us in taken_us.items():
        print(f"  {name:<34} {step_us:>7.2f} us")
    print(f"  {'all steps':<34} {sum(taken_us.values()):>7.2f} us")
    print(f"  {_THEIRS:<34} {theirs_us:>7.2f} us", flush=True)
    return theirs_us / sum(taken_us.values())


if __name__ == "__main__":
    sys.exit(main())
