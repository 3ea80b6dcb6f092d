"""Drawn resources are such as the system itself takes, and leave the rest of the site as it was."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from csms.domain.resource import Battery, DeferrableLoad, Photovoltaics, Resource, ThermalLoad
from csms.settings.site_file import read_site
from simulators import site as simulated
from simulators.chaos.resource_drawing import add_resources
from simulators.chaos.site_drawing import draw_site


def drawn(seed: int, stations: int = 8) -> str:
    return add_resources(seed, draw_site(seed, stations))


def test_one_seed_gives_the_same_resources() -> None:
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


@pytest.mark.parametrize("first", [0, 60])
def test_sites_with_resources_are_valid_files_and_read_alike(tmp_path: Path, first: int) -> None:
    path = tmp_path / "site.yaml"
    for seed in range(first, first + 60):
        path.write_text(drawn(seed), encoding="utf-8")
        taken = {one.resource_id: one for one in read_site(path).resources if one.rated_w}
        known = {one.station_id: one for one in simulated.read_site(path).resources}
        assert taken.keys() == known.keys()
        for name, one in taken.items():
            place = known[name]
            assert (one.feeder_id, one.lines) == (place.feeder_id, place.lines)
            assert one.rated_w == pytest.approx(place.model.max_a * place.model.w_per_a)
            assert one.unsteered_w == pytest.approx(place.fallback_a * place.model.w_per_a)


def test_seeds_cover_what_resources_can_be_like(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    found: list[Resource] = []
    for seed in range(60):
        path.write_text(drawn(seed), encoding="utf-8")
        found += read_site(path).resources
    kinds = {type(one.kind) for one in found}
    assert kinds == {Battery, Photovoltaics, ThermalLoad, DeferrableLoad}
    assert {one.keeps_setpoints for one in found if one.rated_w} == {True, False}
    assert {one.fallback_w > 0 for one in found} == {True, False}
    assert {len(one.lines) for one in found} == {1, 2, 3}


def test_the_rest_of_the_site_is_as_it_was() -> None:
    bare, more = yaml.safe_load(draw_site(3, 8)), yaml.safe_load(drawn(3))
    assert more["chargers"] == bare["chargers"]
    assert more["control"] == bare["control"]
    assert _without_room(more["feeders"]) == _without_room(bare["feeders"])


def _without_room(feeders: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [
        (one["id"], one.get("uncontrolled"), _without_room(one.get("feeders", [])))
        for one in feeders
    ]
