"""Outdoor temperatures from a file, from one for each day, or from all files of a folder."""

from datetime import date
from zoneinfo import ZoneInfo

from csms.day_files import DayFiles
from csms.domain.errors import WeatherSourceError
from csms.domain.weather import OutdoorCourse, Told
from csms.domain.weather_source import WeatherSource
from csms.weather.reading import read_outdoor


class FileWeather:
    """Reads files again whenever they have changed.

    Args:
        source: Where they are, and how they become temperatures.
        zone: Whose days files are named by.
    """

    def __init__(self, source: WeatherSource, zone: ZoneInfo) -> None:
        self._files = DayFiles(
            source.place,
            zone,
            is_csv=source.shape.is_csv,
            read=lambda payload: read_outdoor(payload, source.shape),
            error=WeatherSourceError,
        )

    async def fetch(self, day: date) -> tuple[Told, ...] | None:
        """The temperatures of a day and what stands beside them; None: nothing has changed.

        Raises:
            WeatherSourceError: A file cannot be read, or does not tell temperatures.
        """
        found = await self._files.changed(day)
        if found is None:
            return None
        course = OutdoorCourse()
        for told in found:
            course = course.replaced(told)
        return course.told
