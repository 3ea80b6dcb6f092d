"""The recipes of the docs read what they say, from answers as providers give them."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import yaml

from csms.domain.prices import PriceKind, PriceSeries, unit_of
from csms.prices.building import price_fetchers
from csms.settings.price_schema import CapacityModel, PricesModel, PriceSourceModel, TariffModel
from csms.settings.site_file import read_site
from tests.prices.server import PriceServer, recorded
from tests.settings.test_site_faults import VALID

DOCS: Final = (Path(__file__).parents[2] / "docs" / "prices.md").read_text("utf-8")
RECIPE: Final = re.compile(
    r"^### ([^\n]+)\n[^#]*?^```yaml\n(.+?)^```\n```\n"
    r"(\S+): (\d+) slots until (\S+ \S+), (\S+) (\S+) at (\S+)\n```",
    re.MULTILINE | re.DOTALL,
)
RECIPES: Final = RECIPE.findall(DOCS)
DAY: Final = date(2026, 1, 14)


def test_there_are_recipes() -> None:
    assert len(RECIPES) == DOCS.count(" slots until ") == 5


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe[0] for recipe in RECIPES])
async def test_recipe_reads_what_it_says(recipe: tuple[str, ...], tmp_path: Path) -> None:
    _, written, file, count, until, per_kwh, unit, at = recipe
    prices, known_unit = await read(written, recorded(file), tmp_path)
    assert len(prices.slots) == int(count)
    zone = prices_zone(written)
    slot = prices.at(datetime.fromisoformat(f"{DAY} {at}").replace(tzinfo=zone))
    assert slot is not None
    assert slot.per_kwh == pytest.approx(float(per_kwh), abs=1e-6)
    assert prices.slots[-1].ends_at == datetime.fromisoformat(until).replace(tzinfo=zone)
    assert known_unit == unit


async def read(written: str, answer: bytes, folder: Path) -> tuple[PriceSeries, str]:
    """Read a recipe's prices of a day from a server or a file that gives this answer."""
    document: dict[str, Any] = yaml.safe_load(written)
    [kind] = [one for one in PriceKind if one in document["prices"]]
    source = document["prices"][kind]
    server = PriceServer()
    async with server.listening():
        if "http" in source:
            url = source["http"].replace(f"https://{urlsplit(source['http']).netloc}", server.url)
            source["http"] = url
        else:
            place = folder / source["file"].replace("{day:%Y-%m-%d}", str(DAY))
            place.parent.mkdir()
            place.write_bytes(answer)
        path = folder / "site.yaml"
        path.write_text(f"{VALID}\n{yaml.safe_dump(document)}", "utf-8")
        site = read_site(path)
        assert site.pricing is not None
        [fetcher] = price_fetchers([site]).values()
        await ask_once(server, fetcher, answer, is_asked="http" in source)
        prices = await fetcher.fetch(DAY)
        assert prices is not None
        return prices, unit_of(kind, site.pricing.currency)


async def ask_once(server: PriceServer, fetcher: Any, answer: bytes, *, is_asked: bool) -> None:
    """Learn by which path a server is asked, and let it have the answer there."""
    if is_asked:
        assert await fetcher.fetch(DAY) == PriceSeries()  # 404: not there yet
        [path] = server.paths
        assert "2026" in path
        server.answers[path] = answer


def prices_zone(written: str) -> ZoneInfo:
    return ZoneInfo(yaml.safe_load(written)["prices"].get("zone", "Europe/Oslo"))


def test_keys_of_the_docs_are_all_that_there_are() -> None:
    assert keys("key of `prices`") == set(PricesModel.model_fields)
    assert keys("key of a source") == set(PriceSourceModel.model_fields)
    capacity = set(CapacityModel.model_fields)
    assert keys("key of `tariff`") == set(TariffModel.model_fields) | capacity


def keys(heading: str) -> set[str]:
    table = DOCS.partition(f"| {heading} | meaning | default |\n")[2].partition("\n\n")[0]
    rows = table.splitlines()[1:]
    return {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_example_of_the_page_has_no_faults(tmp_path: Path) -> None:
    example = DOCS.partition("```yaml\n")[2].partition("```")[0]
    path = tmp_path / "site.yaml"
    path.write_text(f"{VALID}\n{example}", "utf-8")
    site = read_site(path)
    assert site.pricing is not None
    assert site.tariff is not None
    assert str(site.policy.aim) == "cheap"
