"""Prices from a file, from one for each day, or from all files of a folder."""

from datetime import date
from zoneinfo import ZoneInfo

from csms.day_files import DayFiles
from csms.domain.errors import PriceSourceError
from csms.domain.price_source import FilePlace, PriceShape
from csms.domain.prices import PriceSeries
from csms.prices.reading import Wanted, read_prices


class FilePrices:
    """Reads files again whenever they have changed.

    Args:
        place: Where they are.
        shape: How they become prices.
        wanted: Which prices they should tell.
        zone: Whose days files are named by.
    """

    def __init__(self, place: FilePlace, shape: PriceShape, wanted: Wanted, zone: ZoneInfo) -> None:
        self._files = DayFiles(
            place,
            zone,
            is_csv=shape.is_csv,
            read=lambda payload: read_prices(payload, shape, wanted),
            error=PriceSourceError,
        )

    async def fetch(self, day: date) -> PriceSeries | None:
        """The prices of a day and what stands beside them; None: nothing has changed.

        Raises:
            PriceSourceError: A file cannot be read, or does not tell prices.
        """
        found = await self._files.changed(day)
        if found is None:
            return None
        prices = PriceSeries()
        for one in found:
            prices = prices.replaced(one)
        return prices
