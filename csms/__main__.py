"""The command `chargeflex`, also as `python -m csms`."""

import os
import sys

from csms.cli import main


def run() -> None:
    """Run the command line, with an output of its own.

    What compiled code prints goes where errors go: HiGHS now and then writes a line to the standard
    output, some of it only when the process ends, and it is no part of what a command answers.
    """
    output = sys.stdout
    sys.stdout = os.fdopen(
        os.dup(output.fileno()),
        "w",
        1 if output.isatty() else -1,
        encoding=output.encoding,
        errors=output.errors,
    )
    os.dup2(sys.stderr.fileno(), output.fileno())
    main()


if __name__ == "__main__":
    run()
