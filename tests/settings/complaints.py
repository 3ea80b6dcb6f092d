"""Write a file, read it, and hear what is said against it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from csms.domain.errors import SettingsError


def complaint(read: Callable[[Path], Any], path: Path, text: str | bytes) -> str:
    """What a reader says of a file with this text, without the folder's name."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SettingsError) as caught:
        read(path)
    assert caught.value.path.parent == path.parent
    return str(caught.value).replace(f"{path.parent}/", "")
