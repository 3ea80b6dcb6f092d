"""A broker of the tests' own: Mosquitto on a free port of the loopback, gone afterwards."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

_LET_IN: Final = "allow_anonymous true\n"


def find_broker() -> str:
    """The broker's program; skips the test without one."""
    path = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if path is None:
        pytest.skip("no broker here: apt-get install mosquitto")
    return path


class Mosquitto:
    """A broker, which can be killed and started again on its port.

    Args:
        program: Its program.
        folder: Where its settings are written.
        more: Lines of its settings, beside the listener.
    """

    def __init__(self, program: str, folder: Path, more: str = _LET_IN) -> None:
        self._program = program
        self._process: subprocess.Popen[str] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._settings = folder / f"mosquitto-{self.port}.conf"
        me = pwd.getpwuid(os.geteuid()).pw_name
        self._settings.write_text(
            f"user {me}\nlistener {self.port} 127.0.0.1\npersistence false\n"
            f"set_tcp_nodelay true\nlog_dest stderr\nconnection_messages false\n{more}",
            encoding="utf-8",
        )

    def start(self) -> None:
        """Start it, and wait until it can be connected to."""
        self._process = subprocess.Popen(
            [self._program, "-c", self._settings], stderr=subprocess.PIPE, text=True
        )
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if line.rstrip().endswith(" running"):
                return
        raise AssertionError(f"the broker has not started: {self._settings.read_text()}")

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._process = None

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self.kill()


@contextmanager
def running_broker(folder: Path, more: str = _LET_IN) -> Iterator[Mosquitto]:
    """Run a broker until the context is left."""
    broker = Mosquitto(find_broker(), folder, more)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
