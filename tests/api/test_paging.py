"""Lists tell where their next page is."""

from typing import Final

import pytest

from csms.api.paging import write_cursor
from csms.domain.access import Permission, Role
from csms.domain.certificate import CertificateKind, StationCertificate
from csms.domain.cost import TransactionCost
from csms.domain.notices import VariablesTold
from csms.domain.security import Proof
from csms.service.accounts import Standing
from tests.api.rig import Api
from tests.api.test_reports import variable
from tests.service.handlers.stories import TellerV201
from tests.service.rig import NOON, after
from tests.service.sites import connect

MOST_PAGES: Final = 10
PASSWORD: Final = "sommersol-1234"  # noqa: S105


async def test_next_page_is_linked_as_long_as_there_may_be_one(api: Api) -> None:
    first = await api.client.get("/api/v1/stations?site_id=fjordgata&limit=1")
    assert [one["id"] for one in first.json()] == ["G-01"]
    link = first.headers["link"]
    assert link == '</api/v1/stations?site_id=fjordgata&limit=1&after=G-01>; rel="next"'
    second = await api.client.get(link.partition("<")[2].partition(">")[0])
    assert [one["id"] for one in second.json()] == ["G-02"]
    rest = await api.client.get(second.headers["link"].partition("<")[2].partition(">")[0])
    assert (rest.json(), "link" in rest.headers) == ([], False)


async def test_page_that_is_not_full_is_the_last(api: Api) -> None:
    assert "link" not in (await api.client.get("/api/v1/stations")).headers


async def pages_of(api: Api, path: str, part: str) -> list[list[str]]:
    """What the entries of all pages have as a part, page by page, as links lead through them."""
    pages: list[list[str]] = []
    following: str | None = f"/api/v1{path}"
    while following and len(pages) < MOST_PAGES:
        answer = await api.client.get(following)
        assert answer.status_code == 200, answer.text
        pages.append([str(one[part]) for one in answer.json()])
        link = answer.headers.get("link")
        following = link.partition("<")[2].partition(">")[0] if link else None
    return pages


async def test_certificates_come_page_by_page_also_those_of_one_instant(api: Api) -> None:
    made = [("c", NOON), ("a", NOON), ("b", NOON), ("d", after(1))]
    async with api.office.open_uow() as uow:
        for fingerprint, issued_at in made:
            certificate = StationCertificate(
                station_id="G-01",
                fingerprint=fingerprint,
                serial="0a",
                kind=CertificateKind.STATION,
                issued_at=issued_at,
                not_after=after(1000),
            )
            await uow.security.put_certificate(certificate, NOON)
        await uow.commit()
    found = await pages_of(api, "/stations/G-01/certificates?limit=2", "fingerprint")
    assert found == [["d", "a"], ["b", "c"], []]


async def test_variables_come_page_by_page_in_order_of_their_names(api: Api) -> None:
    names = ("HeartbeatInterval", "RetryBackOffRepeatTimes", "WebSocketPingInterval")
    await api.office.handle(
        VariablesTold(
            station_id="G-01",
            request_id=1,
            seq_no=0,
            at=NOON,
            variables=tuple(variable(name, "60") for name in reversed(names)),
            has_more=False,
        )
    )
    found = await pages_of(api, "/stations/G-01/variables?limit=2", "variable")
    assert found == [list(names[:2]), [names[2]]]


async def test_unknown_stations_come_page_by_page_the_last_one_first(api: Api) -> None:
    attempts = api.office.adoption.attempts
    proof = Proof(address="192.0.2.7", offered=("ocpp1.6",))
    for name, minutes in (("N-3", 0), ("N-2", 5), ("N-1", 5)):
        attempts.note(name, proof, "it is unknown", after(minutes))
    found = await pages_of(api, "/unknown-stations?limit=1", "station_id")
    assert found == [["N-1"], ["N-2"], ["N-3"], []]


async def test_costs_of_transactions_come_page_by_page_the_newest_first(api: Api) -> None:
    connect(api.office.live, "G-01")
    for name in ("tx-1", "tx-2", "tx-3"):
        teller = TellerV201(name)
        await api.office.hear(teller.adapter, *teller.starts(NOON))
        await api.office.hear(teller.adapter, *teller.stops(after(2)))
    async with api.office.open_uow() as uow:
        await uow.costs.put_transactions(
            TransactionCost(number=number, site_id="fjordgata", started_at=NOON, up_to_at=NOON)
            for number in (1, 2, 3)
        )
        await uow.commit()
    path = "/sites/fjordgata/costs/transactions?limit=2&from=2026-01-14T12:00:00Z"
    found = await pages_of(api, f"{path}&to=2026-01-15T12:00:00Z", "number")
    assert found == [["3", "2"], ["1"]]


async def test_users_come_page_by_page_in_order_of_their_names(api: Api) -> None:
    for name in ("vera", "ola", "kari"):
        await api.context.access.accounts.add(name, PASSWORD, Standing(role=Role.ADMIN))
    found = await pages_of(api, "/users?limit=2", "name")
    assert found == [["kari", "ola"], ["vera"]]


async def test_keys_come_page_by_page_the_newest_first(api: Api) -> None:
    user = await api.context.access.accounts.add("ola", PASSWORD, Standing(role=Role.ADMIN))
    for name in ("first", "second", "third"):
        await api.context.access.keys.make(user, name, {Permission.VIEW_SITE})
    found = await pages_of(api, "/keys?limit=2", "name")
    assert found == [["third", "second"], ["first"]]


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "W10", "bnVsbA", "eyJhIjogMX0", "/"),
        write_cursor(NOON),
        write_cursor(NOON, 1),
        write_cursor("2026-01-14T12:00:00", "a"),
        write_cursor(NOON, "a\0"),
        write_cursor(NOON, "a", "b"),
    ],
)
async def test_cursor_that_was_not_told_is_refused(api: Api, cursor: str) -> None:
    for path in ("/stations/G-01/certificates", "/unknown-stations", "/stations/G-01/variables"):
        problem = await api.get(f"{path}?cursor={cursor}", 422)
        assert problem["detail"].startswith("cursor: expected one of a link to a page"), problem
