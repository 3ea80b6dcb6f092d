"""Timetables of fleets over HTTP."""

from typing import Any

import pytest

from tests.api.rig import Api

PATH = "/sites/fjordgata/timetable"
BUS = {
    "id_token": "04A2B3C4",
    "evse": None,
    "days": "mon,tue,wed,thu,fri",
    "leaves_at": "05:30:00",
    "energy_kwh": 120.0,
}
GUEST = {
    "id_token": None,
    "evse": "G-02/1",
    "days": "daily",
    "leaves_at": "22:00:00",
    "energy_kwh": None,
}


async def put_table(api: Api, table: bytes, status: int) -> Any:
    response = await api.client.put(
        f"/api/v1{PATH}.csv", content=table, headers={"content-type": "text/csv"}
    )
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def table_of(api: Api) -> str:
    response = await api.client.get(f"/api/v1{PATH}.csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    text: str = response.text
    return text


async def test_vehicle_that_charges_is_planned_by_the_timetable_at_once(api: Api) -> None:
    await api.charge()
    lines = [{"evse": "G-01/1", "days": "wed", "leaves_at": "18:00", "energy_kwh": 12}]
    assert await api.put(PATH, {"lines": lines}, 204) is None
    view = await api.get("/sites/fjordgata/view")
    need = view["evses"]["G-01/1"]["need"]
    assert (need["energy_wh"], need["source"]) == (12_000, "timetable")
    assert need["departs_at"] == "2026-01-14T17:00:00Z"  # 18:00 in Oslo
    assert await api.put(PATH, {"lines": []}, 204) is None
    view = await api.get("/sites/fjordgata/view")
    assert view["evses"]["G-01/1"]["need"]["source"] == "assumed"


async def test_timetable_is_the_same_as_json_and_as_a_table(api: Api) -> None:
    assert await api.get(PATH) == []
    await api.put(PATH, {"lines": [{**BUS, "days": "mon-fri"}, GUEST]}, 204)
    assert await api.get(PATH) == [BUS, GUEST]
    table = await table_of(api)
    await api.put(PATH, {"lines": []}, 204)
    assert await put_table(api, table.encode(), 204) is None
    assert await api.get(PATH) == [BUS, GUEST]


async def test_timetable_is_kept(api: Api) -> None:
    await api.put(PATH, {"lines": [BUS]}, 204)
    async with api.office.open_uow() as uow:
        [line] = await uow.timetables.at_site("fjordgata")
    assert (line.who, line.energy_wh) == ("04A2B3C4", 120_000.0)


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ({"evse": "X-99/1"}, "lines/0/evse: expected an EVSE of the site, got X-99/1"),
        (
            {"id_token": "A", "energy_kwh": 5000},
            "lines/0/energy_kwh: expected above 0 and at most 2000 kWh",
        ),
        ({"id_token": "A", "days": "never"}, "body/lines/0/days: Value error, expected days of"),
        ({"id_token": "A", "kwh": 5}, "body/lines/0/kwh: Extra inputs are not permitted"),
        ({}, "body/lines/0: Value error, expected either an id_token or an evse"),
    ],
)
async def test_wrong_line_is_told_and_nothing_is_changed(
    api: Api, line: dict[str, Any], detail: str
) -> None:
    await api.put(PATH, {"lines": [BUS]}, 204)
    problem = await api.put(PATH, {"lines": [line]}, 422)
    assert problem["detail"].startswith(detail)
    assert await api.get(PATH) == [BUS]


async def test_wrong_table_is_told_by_line_and_column(api: Api) -> None:
    problem = await put_table(api, b"id_token,leaves_at\nA,05:30\nB,half past five\n", 422)
    assert problem["detail"].startswith("line 3, leaves_at: ")
    assert await api.get(PATH) == []


async def test_unknown_site_has_no_timetable(api: Api) -> None:
    assert (await api.get("/sites/none/timetable", 404))["detail"] == "no site is called 'none'"
    await api.put("/sites/none/timetable", {"lines": []}, 404)
