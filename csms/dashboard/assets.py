"""Static files under a path that names their content, so that browsers may keep them for ever."""

import hashlib
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_FOREVER: Final = "public, max-age=31536000, immutable"
_ASK_FIRST: Final = "no-cache"
_DIGITS: Final = 12


class HashedFiles(StaticFiles):
    """Serves `<digest>/<file>` to keep, and `<file>` to ask for again (by its ETag).

    Modules import each other by relative paths, so one digest stands for all files.

    Args:
        folder: Where the files are.
        digest: Of the whole folder, from `digest_of`.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        super().__init__(directory=folder)
        self._digest = digest

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file, whatever way it was asked for."""
        head, _, rest = path.partition("/")
        is_hashed = head == self._digest
        response = await super().get_response(rest if is_hashed else path, scope)
        response.headers["Cache-Control"] = _FOREVER if is_hashed else _ASK_FIRST
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def digest_of(folder: Path) -> str:
    """A short digest of the names and contents of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_DIGITS]
