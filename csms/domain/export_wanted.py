"""What an export is asked for, as it is written on a command line or in a link."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Literal
from zoneinfo import ZoneInfo

from csms.domain.errors import InvalidInputError
from csms.domain.identity import FeederId, SiteId, StationId
from csms.language.languages import Language
from csms.language.said import Said

_EXPECTED: Final = "expected a date or a time such as 2026-01-31 or 2026-01-31T12:00+01:00"


class FileFormat(StrEnum):
    """The kinds of files, as their names end."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    PDF = "pdf"
    """A statement of transactions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be exported; None: any.

    Attributes:
        begin: A date or a time, from which on; without an offset it is the site's.
        end: Likewise, up to which.
        id_token: Only transactions with this one; `token_of`: with that of another transaction.
        is_running: Only transactions that run; False: that have ended.
        language: Of a statement; other files have none.
    """

    what: Literal["meter-values", "transactions", "feeders", "proof"]
    resolution: Literal["raw", "1min", "15min", "day"] | None = None
    begin: str | None = None
    end: str | None = None
    site_id: SiteId | None = None
    station_id: StationId | None = None
    evse_number: int | None = None
    feeder_id: FeederId | None = None
    id_token: str | None = None
    token_of: int | None = None
    is_running: bool | None = None
    language: Language = Language.EN

    def check(self, form: FileFormat) -> None:
        """Make sure that what is asked for goes together, and with the kind of file.

        Raises:
            InvalidInputError: It does not.
        """
        of_feeders = self.what in ("feeders", "proof")
        if self.what in ("transactions", "proof") and self.resolution is not None:
            raise InvalidInputError(
                "resolution", Said("expected none for %(what)s", what=self.what)
            )
        if self.what != "transactions" and form is FileFormat.PDF:
            raise InvalidInputError(
                "format", Said("expected csv, xlsx or parquet for %(what)s", what=self.what)
            )
        if of_feeders and self.station_id is not None:
            raise InvalidInputError("station", Said("expected none for %(what)s", what=self.what))
        if self.what != "transactions" and self._about_transactions != (None, None, None):
            raise InvalidInputError("token", Said("expected none but for --what transactions"))
        if not of_feeders and self.feeder_id is not None:
            raise InvalidInputError("feeder", Said("expected none but for --what feeders or proof"))
        if self.evse_number is not None and self.station_id is None:
            raise InvalidInputError("evse", Said("expected --station beside it"))

    @property
    def _about_transactions(self) -> tuple[object, ...]:
        return self.id_token, self.token_of, self.is_running


def read_instant(field: str, text: str | None, zones: set[ZoneInfo]) -> datetime | None:
    """Read a date or a time.

    Args:
        field: What it is called where it is written.
        text: The date or time.
        zones: Of the sites of which one may be meant, if it has no offset.

    Raises:
        InvalidInputError: It is none, or is without an offset and sites have different zones.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            if len(zones) > 1:
                raise InvalidInputError(
                    field, f"expected an offset or --site, as sites differ in zone, got {text!r}"
                )
            found = found.replace(tzinfo=next(iter(zones), ZoneInfo("Etc/UTC")))
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(field, f"{_EXPECTED}, got {text!r}") from error
