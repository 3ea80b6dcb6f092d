"""A Mosquitto of a benchmark's own."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.rig.processes import free_port


class NoBrokerError(Exception):
    """There is no Mosquitto on this machine."""


@contextmanager
def broker_running(folder: Path) -> Iterator[int]:
    """The port of a broker that lets everybody in, until this is left.

    Raises:
        NoBrokerError: The program is not there, or does not start.
    """
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise NoBrokerError("expected a broker: apt-get install mosquitto")
    port, settings = free_port(), folder / "mosquitto.conf"
    settings.write_text(
        f"user {pwd.getpwuid(os.geteuid()).pw_name}\nlistener {port} 127.0.0.1\n"
        "allow_anonymous true\npersistence false\nset_tcp_nodelay true\nlog_dest stderr\n"
        "connection_messages false\n",
        encoding="utf-8",
    )
    with subprocess.Popen([program, "-c", settings], stderr=subprocess.PIPE, text=True) as process:
        try:
            said = process.stderr or ()
            if not any(line.rstrip().endswith(" running") for line in said):
                raise NoBrokerError("expected a broker that starts")
            yield port
        finally:
            process.terminate()
