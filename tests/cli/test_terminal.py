"""In a terminal: bars of what takes long, and completion by the shell."""

import os
import pty
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from csms.cli.progress import counting
from tests.cli.rig import chargeflex, settings_file

PATIENCE_S: Final = 120
PROGRAM: Final = str(Path(sys.executable).with_name("chargeflex"))


def all_shown(screen: int) -> str:
    """What is written to a terminal until nobody has it open any more."""
    shown = b""
    with open(screen, "rb", buffering=0) as file, suppress(OSError):  # that is how Linux says so
        while part := file.read(4_096):
            shown += part
    return shown.decode()


def test_what_takes_long_is_shown_in_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    line = [PROGRAM, "export", "--config", str(settings_file(tmp_path))]
    line += ["--what", "transactions", "--out", str(tmp_path / "out.csv")]
    screen, terminal = pty.openpty()
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(all_shown, screen)  # a full screen would hold the program up
        try:
            told = subprocess.run(
                line,
                env={**os.environ, "TERM": "xterm"},
                stdout=subprocess.PIPE,
                stderr=terminal,
                timeout=PATIENCE_S,
                check=True,
            )
        finally:
            os.close(terminal)
        shown = reading.result()
    assert "exporting" in shown
    assert "0:00:0" in shown  # the time that has passed
    assert told.stdout.decode() == f"0 rows written to {tmp_path / 'out.csv'}.\n"


def test_bar_counts_what_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with counting("seeds", 3) as step:
        step()
        step()
    shown = capsys.readouterr()
    assert "2/3" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("line", "word", "found"),
    [
        ("chargeflex sta", 1, {"station"}),
        ("chargeflex station ", 2, {"add", "list", "password", "profile", "remove"}),
        ("chargeflex export --la", 2, {"--language"}),
        ("chargeflex user add ola --role v", 5, {"viewer"}),
    ],
)
def test_shell_completes_commands_options_and_values(
    monkeypatch: pytest.MonkeyPatch, line: str, word: int, found: set[str]
) -> None:
    monkeypatch.setenv("_CHARGEFLEX_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(word))
    ran = chargeflex()
    assert (ran.code, set(ran.out.split())) == (0, found)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_completion_puts_in_place_is_printed(
    monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setenv("_CHARGEFLEX_COMPLETE", f"source_{shell}")
    ran = chargeflex()
    assert ran.code == 0
    assert "_CHARGEFLEX_COMPLETE" in ran.out
    assert "chargeflex" in ran.out
