"""The command line, run in place: what it prints, and the exit code."""

import io
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest.mock import patch

from csms.cli import main

ROOT: Final = Path(__file__).resolve().parents[2]
NOISY: Final = ("websockets", "aiosqlite", "asyncio", "httpx2")
GARAGE: Final = ROOT / "config" / "sites" / "garage.yaml"


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str


def chargeflex(*args: object, stdin: str = "") -> Ran:
    """Run the command line in this process; logging is left as it was."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["chargeflex", *(str(arg) for arg in args)]
    with (
        patch.object(sys, "argv", argv),
        patch.object(sys, "stdin", io.StringIO(stdin)),
        redirect_stdout(out),
        redirect_stderr(err),
        logging_as_before(),
    ):
        code = _exit_code(main)
    return Ran(code, out.getvalue(), err.getvalue())


@contextmanager
def logging_as_before() -> Iterator[None]:
    """Give all loggers back as they were."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    loggers = [root, *(logging.getLogger(name) for name in NOISY)]
    levels = [one.level for one in loggers]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)


def _exit_code(call: Callable[[], None]) -> int:
    try:
        call()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def settings_file(
    folder: Path, *, http_port: int = 0, ocpp_port: int = 0, url: str = "sqlite:///csms.db"
) -> Path:
    """A settings file of the garage, beside which its database stands."""
    path = folder / "chargeflex.yaml"
    path.write_text(
        f"sites: [{GARAGE}]\n"
        "access: open\n"
        f"http: {{port: {http_port}}}\n"
        f"ocpp: {{port: {ocpp_port}, security_profile: 0}}\n"
        f"database: {{url: '{url}'}}\n",
        encoding="utf-8",
    )
    return path
