"""From what site files say of the weather to what fetches it."""

from collections.abc import Iterable

from csms.domain.identity import SiteId
from csms.domain.site import Site
from csms.weather.files import FileWeather


def weather_fetchers(sites: Iterable[Site]) -> dict[SiteId, FileWeather]:
    """What fetches the weather of all sites that have a source, by site."""
    return {
        site.site_id: FileWeather(site.weather, site.timezone)
        for site in sites
        if site.weather is not None
    }
