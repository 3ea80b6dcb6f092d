"""Every kind of event has a handler, and no handler sends commands."""

from pathlib import Path
from typing import Any

import pytest

from csms.domain import events, notices
from csms.domain.events import StationEvent
from csms.domain.notice_kinds import FOUND_HERE, KIND_OF, NoticeKind
from csms.ocpp.adapter import Adapter
from csms.service.handlers.desk import _HANDLERS
from tests.domain.sites import place, small_site
from tests.service.rig import V16, V201, open_office


def test_every_kind_of_event_has_a_handler() -> None:
    kinds = {
        kind
        for module in (events, notices)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, StationEvent) and kind is not StationEvent
    }
    assert len(kinds) == 24
    assert set(_HANDLERS) == kinds


def test_every_report_beside_charging_has_a_name_to_be_kept_under() -> None:
    assert set(KIND_OF) == {kind for kind in _HANDLERS if kind.__module__ == notices.__name__}
    assert set(KIND_OF.values()) == set(NoticeKind) - FOUND_HERE


class Unheard(StationEvent[Any], frozen=True):
    """A kind of event that nobody handles."""


async def test_event_that_nobody_handles_is_not_answered(database_file: Path) -> None:
    async with open_office(database_file, small_site(place("G-01", "level-1", 0.0))) as office:
        with pytest.raises(KeyError):
            await office.handle(Unheard(station_id="G-01"))


@pytest.mark.parametrize("adapter", [V16, V201], ids=["1.6", "2.0.1"])
async def test_vendor_data_is_answered_in_every_version_and_brings_no_commands(
    database_file: Path, adapter: Adapter
) -> None:
    async with open_office(database_file, small_site(place("G-01", "level-1", 0.0))) as office:
        answer = await office.hear(adapter, "DataTransfer", {"vendorId": "no.nordlys"})
        assert answer == {"status": "UnknownVendorId"}
        assert office.gateway.sent == []
