"""Which modules a script needs, so that a page can ask for all of them at once.

A browser learns of a module's imports only once it has read the module: without being told it would
ask for them one layer after the other.
"""

import re
from pathlib import Path
from typing import Final

_IMPORT: Final = re.compile(r"""^import .*? from "\./([\w./]+)";$""", re.MULTILINE)


def modules_of(scripts: Path, name: str) -> tuple[str, ...]:
    """All modules that a module imports, directly or not, by their names in its folder.

    Args:
        scripts: The folder.
        name: The module.
    """
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        source = (scripts / waiting.pop()).read_text(encoding="utf-8")
        new = [one for one in _IMPORT.findall(source) if one not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    return tuple(sorted(found))
