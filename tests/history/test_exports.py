"""Files that are written by processes of their own."""

from pathlib import Path

import pytest

from csms.domain.errors import ExportFailedError
from csms.domain.export_wanted import FileFormat, Wanted
from csms.history.exports import Exports
from csms.storage.database import DatabaseSettings


async def test_a_process_that_fails_is_told_of_and_keeps_no_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = DatabaseSettings(url="postgresql://chargeflex:s3cret@127.0.0.1:1/csms")
    exports = Exports(nowhere, tmp_path)
    for _ in range(3):
        with pytest.raises(ExportFailedError, match="the file could not be written"):
            await exports.write(Wanted(what="transactions"), FileFormat.CSV)
    assert "a file could not be written" in caplog.text
    assert "s3cret" not in caplog.text
