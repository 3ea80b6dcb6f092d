"""What was measured or charged, as a file: what `chargeflex export` writes."""

import asyncio
import shutil
from pathlib import Path
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from csms.api.callers import CallerNow
from csms.api.dependencies import Context
from csms.domain.export_wanted import FileFormat, Wanted
from csms.domain.identity import SiteId
from csms.language.languages import Language
from csms.service.row_number import RowNumber

router = APIRouter(prefix="/sites", tags=["sites"])

_TYPES: Final = {
    FileFormat.CSV: "text/csv",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.PARQUET: "application/vnd.apache.parquet",
    FileFormat.PDF: "application/pdf",
}
_WHEN: Final = (
    "A date or a time: 2026-01-31, 2026-01-31T12:00 in the site's time, or with an offset"
)


class ExportQuery(BaseModel):
    """What is wanted, and as which kind of file."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["meter-values", "transactions", "feeders", "proof"] = Field(
        default="transactions",
        description="proof: how feeders kept to the limits of grid companies",
    )
    format: FileFormat = FileFormat.CSV
    resolution: Literal["raw", "1min", "15min", "day"] | None = Field(
        default=None, description="Of readings; 15min if nothing is said"
    )
    begin: str | None = Field(default=None, alias="from", description=_WHEN)
    end: str | None = Field(default=None, alias="to", description=f"{_WHEN}; not included")
    station: str | None = None
    evse: RowNumber | None = Field(default=None, description="Of the station")
    feeder: str | None = None
    id_token: str | None = Field(default=None, description="Only transactions with it, in any case")
    token_of: RowNumber | None = Field(
        default=None, description="Only transactions with the id token of that one"
    )
    running: bool | None = Field(default=None, description="Only those that run, or have ended")
    language: Language | None = Field(
        default=None,
        description="Of a statement; other files have none. Default: that of the user, or English",
    )

    def wanted(self, site_id: SiteId, usual: Language | None = None) -> Wanted:
        """As it is looked for, in the usual language if no other one is asked for."""
        return Wanted(
            what=self.what,
            resolution=self.resolution,
            begin=self.begin,
            end=self.end,
            site_id=site_id,
            station_id=self.station,
            evse_number=self.evse,
            feeder_id=self.feeder,
            id_token=self.id_token,
            token_of=self.token_of,
            is_running=self.running,
            language=self.language or usual or Language.EN,
        )


@router.get(
    "/{site_id}/export",
    response_class=FileResponse,
    responses={200: {"content": {kind: {} for kind in _TYPES.values()}, "description": "The file"}},
)
async def export(
    context: Context, caller: CallerNow, site_id: str, query: Annotated[ExportQuery, Query()]
) -> FileResponse:
    """What was measured or charged at a site, as a CSV, Excel or Parquet file.

    Transactions also as PDF, a statement with what they come to.

    Columns that end in `_at` are in UTC, those in `_local` as the site's clocks had them. Tokens
    are not masked. It takes a second or two; two files are written at a time, others wait.
    """
    context.room.live(site_id)
    path = await context.exports.write(query.wanted(site_id, caller.language), query.format)
    return FileResponse(
        path,
        media_type=_TYPES[query.format],
        filename=f"{site_id}-{query.what}.{query.format}",
        background=BackgroundTask(_remove, path.parent),
    )


async def _remove(folder: Path) -> None:
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
