"""What stations tell beside charging, as it is kept and looked up."""

from typing import Any

from csms.domain.device_model import (
    Attribute,
    AttributeKind,
    Characteristics,
    Component,
    Mutability,
    Variable,
    VariableKey,
    VariableName,
)
from csms.domain.notice_kinds import Notice, NoticeKind
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after


def notice(**more: Any) -> Notice:
    fields: dict[str, Any] = {
        "station_id": "G-01",
        "kind": NoticeKind.ALERTS,
        "request_id": None,
        "seq_no": 3,
        "at": NOON,
        "received_at": after(1),
        "body": {"alerts": ["Ærø"]},
        **more,
    }
    return Notice(**fields)


async def keep(database: Database, *notices: Notice) -> None:
    async with SqlUnitOfWork(database) as uow:
        for one in notices:
            await uow.notices.add(one)
        await uow.commit()


async def test_notice_is_told_as_it_was_kept(database: Database) -> None:
    await keep(database, notice())
    found = await Queries(database).notices("G-01", kind=None, before=None, limit=10)
    assert found == [
        {
            "number": 1,
            "station_id": "G-01",
            "kind": "alerts",
            "request_id": None,
            "seq_no": 3,
            "at": NOON,
            "received_at": after(1),
            "body": {"alerts": ["Ærø"]},
        }
    ]


async def test_notices_come_in_pages_and_by_kind(database: Database) -> None:
    security = notice(kind=NoticeKind.SECURITY)
    await keep(database, notice(), security, notice(station_id="G-02"), notice(), security)
    queries = Queries(database)

    async def numbers(**more: Any) -> list[int]:
        asked: dict[str, Any] = {"kind": None, "before": None, "limit": 10, **more}
        return [one["number"] for one in await queries.notices("G-01", **asked)]

    assert await numbers() == [5, 4, 2, 1]
    assert await numbers(limit=2, before=5) == [4, 2]
    assert await numbers(kind="security") == [5, 2]
    assert await numbers(kind="needs") == []


async def test_what_was_told_of_a_job_is_found_by_its_number_and_station(
    database: Database,
) -> None:
    part = notice(kind=NoticeKind.VARIABLES, request_id=7)
    await keep(database, part, notice(), notice(station_id="G-02", request_id=7), part)
    found = await Queries(database).told_of_job("G-01", 7)
    assert [one["number"] for one in found] == [1, 4]


def variable(component: str, name: str, value: str | None, **place: Any) -> Variable:
    limits = Characteristics(kind="integer", unit="s", least=1.0)
    return Variable(
        name=VariableName(component=Component(name=component, **place), name=name),
        attributes=(Attribute(value=value, mutability=Mutability.READ_ONLY, is_constant=True),),
        characteristics=limits,
    )


async def put(database: Database, minutes: float, *variables: Variable) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.variables.put("G-01", variables, after(minutes))
        await uow.commit()


async def test_variable_is_kept_as_it_was_last_told(database: Database) -> None:
    await put(database, 0, variable("OCPPCommCtrlr", "HeartbeatInterval", "300"))
    await put(database, 5, variable("OCPPCommCtrlr", "HeartbeatInterval", "60"))
    assert await Queries(database).variables("G-01", None, None) == [
        {
            "station_id": "G-01",
            "component": "OCPPCommCtrlr",
            "component_instance": "",
            "evse_number": 0,
            "connector_number": 0,
            "variable": "HeartbeatInterval",
            "variable_instance": "",
            "attribute": "actual",
            "value": "60",
            "mutability": "read_only",
            "is_persistent": False,
            "is_constant": True,
            "characteristics": {
                "kind": "integer",
                "unit": "s",
                "least": 1.0,
                "most": None,
                "options": None,
                "can_be_monitored": False,
            },
            "told_at": after(5),
        }
    ]


async def test_same_variable_of_other_places_and_attributes_is_another(
    database: Database,
) -> None:
    target = Attribute(kind=AttributeKind.TARGET, value="5")
    name = VariableName(component=Component(name="EVSE"), name="Power")
    await put(
        database,
        0,
        variable("EVSE", "Power", "1", evse_number=1),
        variable("EVSE", "Power", "2", evse_number=2),
        variable("EVSE", "Power", "3", evse_number=2, connector_number=1),
        variable("EVSE", "Power", "4", evse_number=2, instance="spare"),
        Variable(name=name, attributes=(target,)),
    )
    found = await Queries(database).variables("G-01", "evse", "power")
    assert sorted(one["value"] for one in found) == ["1", "2", "3", "4", "5"]
    assert [one["characteristics"] for one in found if one["value"] == "5"] == [None]
    assert await Queries(database).variables("G-01", "Connector", None) == []
    assert [one["value"] for one in found] == ["5", "1", "2", "3", "4"]
    key = VariableKey("EVSE", "", 2, 0, "Power", "", "actual")
    page = await Queries(database).variables("G-01", None, None, after=key, limit=1)
    assert [one["value"] for one in page] == ["3"]
    assert await Queries(database).variables("G-02", None, None) == []


async def test_value_of_the_stations_own_variable_is_found_whatever_its_case(
    database: Database,
) -> None:
    await put(
        database,
        0,
        variable("SecurityCtrlr", "SecurityProfile", "2"),
        variable("SecurityCtrlr", "SecurityProfile", "9", evse_number=1),
    )
    async with SqlUnitOfWork(database) as uow:
        assert await uow.variables.value_of("G-01", "securityctrlr", "SECURITYPROFILE") == "2"
        assert await uow.variables.value_of("G-02", "SecurityCtrlr", "SecurityProfile") is None
        await uow.commit()


async def test_values_of_a_variable_and_the_evse_that_has_one_are_found(database: Database) -> None:
    named = "ISO15118Ctrl", "SeccId"
    await put(
        database,
        0,
        variable(*named, "one", evse_number=1),
        variable(*named, "two", evse_number=2),
        variable(*named, "whole"),
        variable("ISO15118Ctrl", "CountryName", "NO", evse_number=1),
    )
    async with SqlUnitOfWork(database) as uow:
        variables = uow.variables
        assert await variables.values_of("G-01", "iso15118ctrl", "SECCID") == {
            "one", "two", "whole"
        }  # fmt: skip
        assert await variables.values_of("G-02", *named) == frozenset()
        found = [await variables.evse_of("G-01", *named, one) for one in ("two", "whole", "none")]
        assert found == [2, 0, None]
        await uow.commit()
