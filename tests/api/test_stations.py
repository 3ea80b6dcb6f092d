"""Stations and transactions over HTTP: what is known of them."""

from dataclasses import replace
from typing import Any, Final

import pytest

from csms.domain.charging_profile import ProfilePurpose
from csms.domain.events import StationBooted
from csms.domain.identity import EvseId
from csms.domain.profile_form import PLAIN_TX, ProfileForm, Style
from csms.domain.standing import HeldFallback
from csms.domain.station import Capabilities, StationModel
from csms.domain.transaction import StatedNeed
from csms.service.band_keeping import BandKeeper
from csms.service.dialect_notes import DialectNotes
from tests.api.rig import Api
from tests.service.rig import NOON, after

BLANK = {
    "site_id": "fjordgata",
    "is_guest": False,
    "protocol": None,
    "vendor": None,
    "model": None,
    "serial": None,
    "firmware": None,
    "booted_at": None,
    "seen_at": None,
    "security_profile": 0,
    "registration": None,
}


async def test_stations_are_listed_whether_they_have_come_or_not(api: Api) -> None:
    await api.office.sites.admit("visitor")
    assert await api.get("/stations") == [
        {"id": "G-01", **BLANK},
        {"id": "G-02", **BLANK},
        {"id": "visitor", **BLANK, "is_guest": True},
    ]


async def test_station_is_told_as_it_introduced_itself(api: Api) -> None:
    await api.office.sites.connected("G-01", "2.0.1")
    model = StationModel(vendor="Nordlys", model="NL-22", serial="17", firmware="3.4.1")
    await api.office.handle(StationBooted(station_id="G-01", model=model))
    told = await api.get("/stations/G-01")
    assert told.pop("dialect")["forms"] == []
    assert told == {
        "id": "G-01",
        "site_id": "fjordgata",
        "is_guest": False,
        "protocol": "2.0.1",
        "vendor": "Nordlys",
        "model": "NL-22",
        "serial": "17",
        "firmware": "3.4.1",
        "booted_at": "2026-01-14T12:00:00Z",
        "seen_at": "2026-01-14T12:00:00Z",
        "security_profile": 0,
        "registration": None,
    }


DEFAULT: Final = ProfileForm(ProfilePurpose.TX_DEFAULT, is_standing=True)


async def learn(api: Api) -> None:
    """Let a station come that refuses the number of phases."""
    model = StationModel(vendor="Nordlys", model="NL-22", firmware="3.4.1")
    await api.office.sites.connected("G-01", "2.0.1")
    await api.office.handle(StationBooted(station_id="G-01", model=model))
    live, station = api.office.live, api.office.live.stations["G-01"]
    station.capabilities = Capabilities(max_stack_level=5, max_periods=24, is_told=True)
    notes = DialectNotes(live.dialects, api.office.open_uow, api.office.clock)
    without_phases = replace(DEFAULT, style=Style.NO_PHASES)
    await notes.refused(station, DEFAULT, "InvalidProfile")
    await notes.accepted(station, without_phases)
    await notes.ignored(station, PLAIN_TX)
    api.office.evse("G-01/1").held = HeldFallback(without_phases, 5)


async def test_station_is_shown_with_what_it_takes_of_profiles(api: Api) -> None:
    await learn(api)
    assert (await api.get("/stations/G-01"))["dialect"] == {
        "rate_unit": "A",
        "max_stack_level": 5,
        "max_periods": 24,
        "is_told": True,
        "reads_back": None,
        "takes": {
            "tx": None,
            "tx_default": True,
            "tx_default_of_station": None,
            "station_max": None,
            "valid_to": True,
            "duration": True,
            "number_phases": False,
            "fractions": True,
            "several_periods": True,
            "relative": True,
            "absolute": None,
            "recurring": None,
        },
        "fallbacks": {"1": "level 5, standing tx_default@evse: no numberPhases"},
        "forms": [
            {
                "form": "standing tx_default@evse: plain",
                "is_accepted": False,
                "is_followed": False,
                "refusals": 1,
                "ignored_by": 0,
                "detail": "InvalidProfile",
            },
            {
                "form": "standing tx_default@evse: no numberPhases",
                "is_accepted": True,
                "is_followed": False,
                "refusals": 0,
                "ignored_by": 0,
                "detail": "",
            },
            {
                "form": "timed tx@evse: plain",
                "is_accepted": False,
                "is_followed": False,
                "refusals": 0,
                "ignored_by": 1,
                "detail": "",
            },
        ],
    }


async def test_what_is_known_of_a_make_is_forgotten_when_an_operator_says_so(api: Api) -> None:
    await learn(api)
    assert len(await api.office.rows("SELECT model FROM station_dialect")) == 1
    api.office.live.stations["G-01"].is_ready = True
    answer = await api.client.delete("/api/v1/stations/G-01/dialect")
    assert answer.status_code == 204
    assert (await api.get("/stations/G-01"))["dialect"]["forms"] == []
    assert await api.office.rows("SELECT model FROM station_dialect") == []
    station = api.office.live.stations["G-01"]
    assert (station.is_ready, station.capabilities.is_told) == (False, False)
    assert (await api.client.delete("/api/v1/stations/X-99/dialect")).status_code == 404


async def test_station_with_an_odd_name_is_found(api: Api) -> None:
    await api.office.sites.admit("Ærø #1 / øst")
    found = await api.client.get("/api/v1/stations/%C3%86r%C3%B8%20%231%20")
    assert found.status_code == 404
    await api.office.sites.admit("Ærø #2")
    assert (await api.get("/stations/%C3%86r%C3%B8%20%232"))["id"] == "Ærø #2"


@pytest.mark.parametrize("path", ["/stations/X-99", "/stations/X-99/limits"])
async def test_station_that_nobody_knows_is_not_found(api: Api, path: str) -> None:
    problem = await api.get(path, 404)
    assert problem["detail"] == "no station is called 'X-99'"


async def test_guest_that_is_offline_is_removed_with_its_place_and_room(api: Api) -> None:
    await api.office.sites.admit("Ærø #2")
    reserved = (await api.get("/sites/fjordgata/view"))["feeders"]["level-2"]["allowed_a"]
    answer = await api.client.delete("/api/v1/stations/%C3%86r%C3%B8%20%232")
    assert (answer.status_code, answer.content) == (204, b"")
    view = await api.get("/sites/fjordgata/view")
    assert "Ærø #2/1" not in view["evses"]
    freed = zip(reserved, view["feeders"]["level-2"]["allowed_a"], strict=True)
    assert [before - after for before, after in freed] == [16.0, 16.0, 16.0]
    await api.get("/stations/%C3%86r%C3%B8%20%232", 404)


@pytest.mark.parametrize(
    ("station_id", "status", "cause"),
    [
        ("visitor", 409, "expected a guest that is offline, it is connected"),
        ("G-01", 409, "expected a guest that is offline, it is in the site file"),
        ("X-99", 404, "no station is called 'X-99'"),
    ],
)
async def test_station_that_cannot_be_removed_is_a_problem_with_the_cause(
    api: Api, station_id: str, status: int, cause: str
) -> None:
    await api.office.sites.admit("visitor")
    await api.office.sites.connected("visitor", "1.6")
    answer = await api.client.delete(f"/api/v1/stations/{station_id}")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert cause in answer.json()["detail"]


async def test_limits_are_listed_with_what_came_of_them(api: Api) -> None:
    await api.charge()
    await api.plan()
    limit, at_once = await api.get("/stations/G-01/limits")
    assert (at_once["number"], at_once["ends_at"]) == (1, "2026-01-14T12:16:00Z")
    steps = limit.pop("steps")
    assert (steps[0][0], {round(amps, 6) for _, amps in steps}) == (0.0, {32.0})
    assert limit == {
        "number": 2,
        "purpose": "tx",
        "form": "timed tx@evse: plain",
        "evse_number": 1,
        "transaction_id": "tx-1",
        "sent_at": "2026-01-14T12:10:00Z",
        "starts_at": "2026-01-14T12:10:00Z",
        "ends_at": "2026-01-14T12:25:00Z",
        "verdict": "accepted",
        "detail": "",
        "settled_at": "2026-01-14T12:10:00Z",
    }
    assert await api.get("/stations/G-02/limits") == []
    problem = await api.get("/stations/G-01/limits?limit=0", 422)
    assert problem["errors"][0]["at"] == "query/limit"


async def test_fallback_is_listed_among_the_limits(api: Api) -> None:
    facts = {
        "purpose": "tx_default",
        "form": str(DEFAULT),
        "verdict": "accepted",
        "detail": "",
        "settled_at": NOON,
    }
    async with api.office.open_uow() as uow:
        await uow.control.add_sent_fallback(EvseId("G-01", 1), 6.0, NOON, facts)
        await uow.commit()
    assert await api.get("/stations/G-01/limits") == [
        {
            "number": 1,
            "purpose": "tx_default",
            "form": "standing tx_default@evse: plain",
            "evse_number": 1,
            "transaction_id": None,
            "sent_at": "2026-01-14T12:00:00Z",
            "starts_at": "2026-01-14T12:00:00Z",
            "ends_at": None,
            "steps": [[0.0, 6.0]],
            "verdict": "accepted",
            "detail": "",
            "settled_at": "2026-01-14T12:00:00Z",
        }
    ]


async def test_transactions_are_listed_newest_first_with_masked_tokens(api: Api) -> None:
    teller = await api.charge()
    api.office.clock.instant = after(60)
    await api.office.hear(teller.adapter, *teller.stops(after(60)))
    teller.transaction = "tx-2"
    await api.office.hear(teller.adapter, *teller.starts(after(60)), "G-02")
    rows = await api.get("/transactions")
    assert [row["number"] for row in rows] == [2, 1]
    assert rows[1] == {
        "number": 1,
        "station_id": "G-01",
        "transaction_id": "tx-1",
        "evse_number": 1,
        "id_token": "04…C4",
        "started_at": "2026-01-14T12:00:00Z",
        "ended_at": "2026-01-14T13:00:00Z",
        "energy_wh": 15_000.0,
        "meter_start_wh": 1_234_500.0,
        "meter_stop_wh": 1_249_500.0,
        "stop_reason": "EVDisconnected",
        "closed_by": "station",
        "missing_reports": [],
        "is_complete": True,
        "total_cost": None,
    }
    assert (rows[0]["ended_at"], rows[0]["closed_by"]) == (None, None)
    assert rows[0]["is_complete"] is None


async def test_reports_that_have_not_come_are_told_with_their_transaction(api: Api) -> None:
    teller = await api.charge()
    late = [teller.measures(after(20 + number), 1_236_000) for number in range(3)]
    await api.office.hear(teller.adapter, *teller.measures(after(30), 1_238_000))
    (row,) = await api.get("/transactions")
    assert (row["missing_reports"], row["is_complete"]) == ([[2, 4]], None)
    await api.office.hear(teller.adapter, *teller.stops(after(60)))
    await api.office.hear(teller.adapter, *late[1])
    (row,) = await api.get("/transactions")
    assert (row["missing_reports"], row["is_complete"]) == ([[2, 2], [4, 4]], False)
    for one in (late[0], late[2]):
        await api.office.hear(teller.adapter, *one)
    (row,) = await api.get("/transactions")
    assert (row["missing_reports"], row["is_complete"]) == ([], True)


async def test_transactions_come_in_pages_and_by_station(api: Api) -> None:
    teller = await api.charge()
    for number in (2, 3):
        teller.transaction = f"tx-{number}"
        await api.office.hear(teller.adapter, *teller.starts(after(10 + number)), "G-02")

    async def numbers(query: str) -> list[int]:
        return [row["number"] for row in await api.get(f"/transactions?{query}")]

    assert await numbers("limit=2") == [3, 2]
    assert await numbers("limit=2&before=2") == [1]
    assert await numbers("station_id=G-01") == [1]
    assert await numbers("station_id=X-99") == []
    assert await numbers("site_id=fjordgata&running=true&id_token=04a2b3c4") == [3, 1]
    assert await numbers("from=2026-01-14T13:12:00%2B01:00&to=2026-01-14T12:13:00Z") == [2]
    assert await numbers("token_of=1&before=3") == [2, 1]


async def test_one_transaction_is_told_as_in_the_list(api: Api) -> None:
    await api.charge()
    assert [await api.get("/transactions/1")] == await api.get("/transactions")
    problem = await api.get("/transactions/2", 404)
    assert problem["detail"] == "there is no transaction 2"


async def test_transactions_of_a_time_that_ends_before_it_begins_are_refused(api: Api) -> None:
    problem = await api.get("/transactions?from=2026-01-15T00:00:00Z&to=2026-01-14T00:00:00Z", 422)
    assert "expected an instant before `to`" in problem["detail"]


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=few", "before=x", "from=noon"])
async def test_page_that_makes_no_sense_is_refused(api: Api, query: str) -> None:
    problem = await api.get(f"/transactions?{query}", 422)
    assert problem["errors"][0]["at"] == f"query/{query.partition('=')[0]}"


async def test_need_is_stated_for_the_vehicle_that_charges(api: Api) -> None:
    await api.charge()
    need = {"energy_wh": 20_000, "departs_at": "2026-01-14T18:00:00+01:00"}
    await api.put("/stations/G-01/evses/1/need", need)
    running = api.office.evse("G-01/1").transaction
    assert running is not None
    assert running.need == StatedNeed(energy_wh=20_000.0, departs_at=after(300))


WRONG_NEEDS: dict[str, tuple[Any, str]] = {
    "too much": ({"energy_wh": 3e6}, "energy_wh: expected above 0 and at most 2e+06 Wh"),
    "below zero": ({"energy_wh": -1}, "energy_wh: expected above 0 and at most 2e+06 Wh"),
    "in the past": (
        {"departs_at": "2026-01-14T12:10:00Z"},
        "departs_at: expected an instant in the future",
    ),
    "no time zone": (
        {"departs_at": "2026-01-14T18:00:00"},
        "body/departs_at: Input should have timezone info",
    ),
    "another key": ({"energy_kwh": 20}, "body/energy_kwh: Extra inputs are not permitted"),
}


@pytest.mark.parametrize(("need", "detail"), WRONG_NEEDS.values(), ids=WRONG_NEEDS.keys())
async def test_wrong_need_is_refused_with_the_cause(api: Api, need: object, detail: str) -> None:
    await api.charge()
    problem = await api.put("/stations/G-01/evses/1/need", need, 422)
    assert problem["detail"] == detail


@pytest.mark.parametrize(
    ("place", "status", "detail"),
    [
        ("G-01/evses/1", 409, "no transaction is running at G-01/1"),
        ("G-01/evses/2", 404, "station 'G-01' has no EVSE 2"),
        ("X-99/evses/1", 404, "no station is called 'X-99'"),
        ("G-01/evses/one", 422, None),
    ],
)
async def test_need_of_nobody_is_refused(
    api: Api, place: str, status: int, detail: str | None
) -> None:
    problem = await api.put(f"/stations/{place}/need", {"energy_wh": 1000}, status)
    assert problem["status"] == status
    assert detail is None or problem["detail"] == detail


async def test_how_a_station_was_is_told_from_change_to_change(api: Api) -> None:
    await api.office.sites.connected("G-01", "2.0.1")
    api.office.clock.instant = after(5)
    await api.office.sites.disconnected("G-01")
    await BandKeeper(api.office.sites, api.office.open_uow, api.office.clock).keep()
    assert await api.get("/stations/G-01/timeline") == [
        {"evse": 1, "at": "2026-01-14T12:00:00Z", "state": "available"},
        {"evse": 1, "at": "2026-01-14T12:05:00Z", "state": "offline"},
    ]
    await api.get("/stations/nobody/timeline", 404)
