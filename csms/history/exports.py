"""Files for whoever asks over HTTP, each written by a process of its own.

The server itself loads nothing of what that takes.
"""

import asyncio
import json
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from csms.child import running_child
from csms.domain.errors import ExportFailedError, InvalidInputError
from csms.domain.export_wanted import FileFormat, Wanted
from csms.storage.database import DatabaseSettings

logger = logging.getLogger(__name__)

_AT_ONCE: Final = 2
_LONGEST_S: Final = 120.0
_PROGRAM: Final = "from csms.history.export_process import main; main()"


class Exports:
    """Has files written.

    Args:
        database: Holds transactions and recent readings.
        folder: The history's.
    """

    def __init__(self, database: DatabaseSettings, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def write(self, wanted: Wanted, form: FileFormat) -> Path:
        """Write a file into a folder of its own, which belongs to the caller.

        Raises:
            InvalidInputError: What is wanted cannot be.
            ExportFailedError: It could not be written in time.
        """
        wanted.check(form)
        folder = Path(tempfile.mkdtemp(prefix="chargeflex-export-"))
        try:
            return await self._write(wanted, form, folder / f"export.{form}")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    async def _write(self, wanted: Wanted, form: FileFormat, out: Path) -> Path:
        try:
            async with self._place():
                answer = await self._ask(wanted, form, out)
        except (OSError, TimeoutError, ValueError) as error:
            logger.exception("a file could not be written")
            raise ExportFailedError(str(error) or "it took too long") from error
        if "cause" in answer:
            raise InvalidInputError(answer["field"], answer["cause"])
        return out

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """Wait for one of the places, and no longer than a file may take altogether."""
        async with asyncio.timeout(_LONGEST_S), self._places:
            yield

    async def _ask(self, wanted: Wanted, form: FileFormat, out: Path) -> dict[str, Any]:
        question = json.dumps(
            {
                "database": asdict(self._database),
                "folder": str(self._folder),
                "wanted": asdict(wanted),
                "form": form,
                "out": str(out),
            }
        )
        async with running_child(_PROGRAM) as process:
            output, _ = await process.communicate(question.encode())
        answer: dict[str, Any] = json.loads(output)
        return answer
