"""What command lines name: scenarios and lengths of time."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from csms.cli.paths import shipped_config
from csms.domain.errors import InvalidInputError
from simulators.scenario import Scenario, ScenarioError, read_scenario

_LENGTH: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST: Final = timedelta(days=31)


def parse_length(text: str) -> timedelta:
    """Read a length of time such as 24h, 90m or 2d.

    Raises:
        InvalidInputError: It is none, or longer than a month.
    """
    found = _LENGTH.fullmatch(text.strip())
    if found is None:
        raise InvalidInputError("until", f"expected a length such as 24h, 90m or 2d, got {text!r}")
    length = timedelta(seconds=float(found[1]) * _SECONDS[found[2]])
    if not timedelta(0) < length <= _LONGEST:
        raise InvalidInputError("until", f"expected more than 0 and at most 31d, got {text!r}")
    return length


def check_station_url(url: str) -> None:
    """Make sure that stations can be sent to a URL.

    Raises:
        InvalidInputError: It is no URL of a WebSocket.
    """
    try:
        parts = urlsplit(url)
        is_proper = parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        is_proper = False
    if not is_proper:
        raise InvalidInputError("url", f"expected ws://HOST:PORT/PATH or wss://..., got {url!r}")


def load_scenario(name: str, length: timedelta | None = None) -> Scenario:
    """Read a scenario by the name of a shipped one, or by its file.

    Args:
        name: `garage`, or a path.
        length: In place of the file's own.

    Raises:
        InvalidInputError: There is none, or its file is wrong.
    """
    shipped = shipped_config() / "scenarios" / f"{name}.yaml"
    path = shipped if shipped.is_file() else Path(name)
    if not path.is_file():
        names = ", ".join(sorted(one.stem for one in shipped.parent.glob("*.yaml")))
        raise InvalidInputError("scenario", f"expected {names} or a file, got {name!r}")
    try:
        return read_scenario(path, length=length)
    except ScenarioError as error:
        raise InvalidInputError("scenario", str(error)) from error


def read_passwords(path: Path) -> dict[str, str]:
    """Read stations' passwords from a file: on each line a station's id, and its password.

    Raises:
        InvalidInputError: It cannot be read, or a line is something else; no password is told.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("passwords", f"{path} cannot be read: {error}") from error
    passwords = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2:
            expected = f"expected a station's id and its password, got {len(words)} words"
            raise InvalidInputError("passwords", f"{path}:{number}: {expected}")
        passwords[words[0]] = words[1]
    return passwords
