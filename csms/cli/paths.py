"""Where the shipped site files and scenarios are: in the checkout, or inside the wheel."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def shipped_config() -> Path:
    """The folder of shipped configuration."""
    inside = _PACKAGE / "_config"
    return inside if inside.is_dir() else _PACKAGE.parent / "config"
