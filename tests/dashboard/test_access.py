"""Who is let in, by which way, and what is written down of what they do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from csms.domain.access import AccessMode, Permission, Role
from csms.domain.audit import AuditEntry, AuditWanted
from csms.domain.user import ApiKey, secret_hash
from csms.service.accounts import Standing
from tests.dashboard.desk import NETT_TOKEN, PASSWORD, SITE, Desk, open_desk
from tests.service.conftest import blank_file, database_file
from tests.service.rig import NOON

__all__ = ["blank_file", "database_file"]

LIMIT: Final = f"/api/v1/sites/{SITE}/feeders/level-1/limits/operator"
LOGIN: Final = {"name": "ola", "password": PASSWORD}


@pytest.fixture
async def desk(database_file: Path) -> AsyncIterator[Desk]:
    """The desk with an admin."""
    async with open_desk(database_file, ["ola"]) as opened:
        yield opened


async def log_of(desk: Desk) -> list[AuditEntry]:
    """All that was written down, the newest first."""
    return [one.entry for one in await desk.side.audits.find(AuditWanted(), 100)]


async def test_browser_is_led_to_the_login_and_back(desk: Desk) -> None:
    async with desk.client() as client:
        asked = await client.get(f"/sites/{SITE}/grid?feeder=a%20b")
        assert asked.status_code == 303
        assert asked.headers["location"] == f"/login?next=/sites/{SITE}/grid%3Ffeeder%3Da%2520b"
        page = await client.get(asked.headers["location"])
        assert f'name="next" value="/sites/{SITE}/grid?feeder=a%20b"' in page.text
        went = await client.post("/login", data={**LOGIN, "next": "/users"})
        assert (went.status_code, went.headers["location"]) == (303, "/users")
        [cookie] = went.headers.get_list("set-cookie")
        assert cookie.startswith("chargeflex=")
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert (await client.get("/users")).status_code == 200
        assert (await client.post("/logout")).headers["location"] == "/login"
        assert (await client.get("/users")).status_code == 303


async def test_program_is_told_what_is_missing(desk: Desk) -> None:
    async with desk.client(key="cfx_nobodys") as client:
        answer = await client.get("/api/v1/sites")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "not revoked" in answer.json()["detail"]
        del client.headers["authorization"]
        assert (await client.get("/api/v1/sites")).status_code == 401
        assert (await client.get("/metrics")).status_code == 401
        assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_cookie_over_tls_is_of_this_host_alone(desk: Desk) -> None:
    transport = httpx2.ASGITransport(app=desk.app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://localhost") as client:
        went = await client.post("/login", data=LOGIN, headers={"origin": "https://localhost"})
        [cookie] = went.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-chargeflex=")
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "domain" not in cookie.lower()
        assert (await client.get("/api/v1/me")).json()["name"] == "ola"


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
    ],
)
async def test_login_leads_to_no_foreign_place_and_writes_no_header(desk: Desk, to: str) -> None:
    async with desk.client() as client:
        went = await client.post("/login", data={**LOGIN, "next": to})
        assert (went.status_code, went.headers["location"]) == (303, "/")
        assert len(went.headers.get_list("set-cookie")) == 1


FOREIGN: Final[list[dict[str, str]]] = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://csms.evil.example"},
    {"origin": "http://csms:8081"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://csms"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_request_that_a_foreign_site_leads_here_changes_nothing(
    desk: Desk, headers: dict[str, str]
) -> None:
    async with await desk.browser("ola") as client:
        del client.headers["origin"]
        asks: list[tuple[str, str, dict[str, Any]]] = [
            ("PUT", LIMIT, {"json": {"amps": 20}}),
            ("DELETE", LIMIT, {}),
            ("POST", "/users", {"data": {"name": "eve"}}),
            ("POST", "/logout", {}),
        ]
        for method, path, body in asks:
            answer = await client.request(method, path, headers=headers, **body)
            assert answer.status_code == 403, path
        assert (await client.get("/api/v1/me")).status_code == 200
    assert [user.name for user in await desk.side.reads.users()] == ["ola"]


async def test_foreign_site_can_log_nobody_in(desk: Desk) -> None:
    async with desk.client() as client:
        headers = {"origin": "http://evil.example"}
        went = await client.post("/login", data=LOGIN, headers=headers)
        assert (went.status_code, "set-cookie" in went.headers) == (403, False)


async def test_own_page_and_program_may_command(desk: Desk) -> None:
    async with await desk.browser("ola") as client:
        for headers in ({"origin": "http://csms"}, {"sec-fetch-site": "same-origin"}):
            answer = await client.put(LIMIT, json={"amps": 20}, headers=headers)
            assert answer.status_code == 200
    key = await key_of(desk, "ola", Permission.IMPOSE_LIMIT)
    async with desk.client(key=key) as program:
        assert (await program.put(LIMIT, json={"amps": 25})).status_code == 200


async def key_of(desk: Desk, name: str, *scopes: Permission) -> str:
    """A key of somebody."""
    user = await desk.side.reads.user(name)
    assert user is not None
    _, secret = await desk.side.keys.make(user, "a program", scopes)
    return secret


async def test_key_may_what_it_was_made_for_until_it_is_revoked(desk: Desk) -> None:
    async with await desk.browser("ola") as client:
        wanted = {"name": "meter", "scopes": ["reading.report"], "sites": [SITE]}
        made = await client.post("/api/v1/keys", json=wanted)
        assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
        key = made.json()["key"]
        load = {"current_a": [1, 2, 3]}
        async with desk.client(key=key) as meter:
            path = f"/api/v1/sites/{SITE}/feeders/intake/load"
            assert (await meter.put(path, json=load)).status_code == 204
            assert (await meter.get("/api/v1/sites")).status_code == 403
            assert (await meter.get("/api/v1/me")).status_code == 403
            [listed] = (await client.get("/api/v1/keys")).json()
            assert listed["used_at"] is not None
            assert "key" not in listed
            assert key not in str(listed)
            gone = await client.delete(f"/api/v1/keys/{listed['number']}")
            assert gone.status_code == 204
            assert (await meter.put(path, json=load)).status_code == 401


def key_numbered(number: int) -> ApiKey:
    """A key of ola's."""
    return ApiKey(
        name=f"key-{number:03}",
        user="ola",
        key_hash=secret_hash(str(number)),
        begins="cfx_",
        scopes=frozenset(),
        sites=None,
        made_at=NOON,
    )


async def test_pages_of_users_and_keys_lead_on_to_the_rest(desk: Desk) -> None:
    async with desk.api.office.open_uow() as uow:
        ola = await uow.access.user("ola")
        assert ola is not None
        for number in range(1, 101):
            await uow.access.put_user(replace(ola, name=f"user-{number:03}"))
            await uow.access.add_key(key_numbered(number))
        newest = await uow.access.add_key(replace(key_numbered(0), name="the newest"))
        await uow.commit()
    async with await desk.browser("ola") as client:
        for first, more, back in (
            ("/users", "/users?after=user-099", "/users"),
            ("/keys", f"/keys?before={newest - 99}", "/keys"),
        ):
            page = (await client.get(first)).text
            assert f'<a href="{more}" rel="next">' in page
            rest = (await client.get(more)).text
            assert ("user-100" in rest) is (first == "/users")
            assert ("key-001" in rest) is (first == "/keys")
            assert 'rel="next"' not in rest
            assert f'<p class="turn"><a href="{back}">' in rest
        assert (await client.post(f"/keys/{newest}/revoke")).status_code == 303
        assert (await client.post("/keys/2147483647/revoke")).status_code == 404


async def test_key_of_a_user_who_is_less_or_disabled_is_less_or_nothing(desk: Desk) -> None:
    await desk.add_users("oda")
    key = await key_of(desk, "oda", Permission.IMPOSE_LIMIT, Permission.VIEW_SITE)
    async with desk.client(key=key) as program:
        assert (await program.get("/api/v1/sites")).json()[0]["site_id"] == SITE
        viewer = Standing(role=Role.VIEWER, sites=frozenset({SITE}))
        await desk.side.accounts.change("oda", viewer)
        assert (await program.put(LIMIT, json={"amps": 20})).status_code == 403
        assert (await program.get("/api/v1/sites")).status_code == 200
        await desk.side.accounts.disable("oda", is_disabled=True)
        assert (await program.get("/api/v1/sites")).status_code == 401


async def test_all_that_is_done_or_tried_is_written_down(desk: Desk) -> None:
    await desk.add_users("vera")
    async with await desk.browser("ola") as ola, await desk.browser("vera") as vera:
        await ola.put(LIMIT, json={"amps": 20, "words": "test"})
        await ola.put(LIMIT, json={"amps": -1})
        vera.cookies.set("language", "nb")
        assert "lov til dette" in (await vera.put(LIMIT, json={"amps": 30})).json()["detail"]
        roof, norwegian = LIMIT.replace("level-1", "roof"), {"accept-language": "nb"}
        await ola.put(roof, json={"amps": 30}, headers=norwegian)
        await ola.get("/api/v1/sites")
        await ola.put(f"/api/v1/sites/{SITE}/feeders/intake/load", json={"current_a": [1, 2, 3]})
        wanted = {"name": "eve", "password": "very-secret-1", "role": "viewer"}
        await ola.post("/api/v1/users", json=wanted)
        await ola.post("/users/eve", data={"act": "password", "password": "also-secret-2"})
    told = [
        (one.who, one.action, one.site_id, one.is_done, one.result) for one in await log_of(desk)
    ]
    assert [one[:4] for one in reversed(told)] == [
        ("ola", "impose_limit", SITE, True),
        ("ola", "impose_limit", SITE, False),
        ("vera", "impose_limit", SITE, False),
        ("ola", "impose_limit", SITE, False),
        ("ola", "add_user", None, True),
        ("ola", "change_user_by_page", None, True),
    ]
    limited, wrong, refused, unknown, *_ = reversed(told)
    assert unknown[4] == "404 Not Found: site 'fjordgata' has no feeder 'roof'"
    assert limited[4] == "200 OK"
    assert wrong[4].startswith("422 Unprocessable")
    assert refused[4] == (
        "403: vera may not do this: expected the permission limit.impose at fjordgata"
    )
    entries = await log_of(desk)
    assert entries[-1].detail == '{"amps":20,"words":"test"}'
    assert entries[-1].target == f"PUT {LIMIT}"
    assert "secret" not in str(entries)


async def test_audit_log_is_exported_whole_and_safe_for_spreadsheets(desk: Desk) -> None:
    async with await desk.browser("ola") as ola:
        await ola.put(LIMIT, json={"amps": 20})
        await ola.post("/login", data={"name": "=cmd|calc", "password": "x"})
        table = (await ola.get("/api/v1/audit/export")).text.splitlines()
        assert table[0] == ("number,at,who,by,address,action,target,site_id,detail,is_done,result")
        assert len(table) == 3
        assert ",'=cmd|calc,nobody," in table[1]
        for method in ("PUT", "POST", "PATCH", "DELETE"):
            assert (await ola.request(method, "/api/v1/audit")).status_code == 405


async def test_first_user_comes_by_a_link_that_counts_once(database_file: Path) -> None:
    async with open_desk(database_file) as desk, desk.client() as client:
        token = await desk.side.logins.open_wizard()
        assert token is not None
        assert (await client.get("/welcome?token=guessed")).status_code == 403
        assert (await client.get(f"/welcome?token={token}")).status_code == 200
        form = {"token": token, "name": "ola", "password": PASSWORD, "again": PASSWORD}
        for wrong in ({"again": "other"}, {"password": "short", "again": "short"}, {"name": "?"}):
            assert (await client.post("/welcome", data={**form, **wrong})).status_code == 422
        guessed = {**form, "token": "guessed"}
        assert (await client.post("/welcome", data=guessed)).status_code == 403
        assert (await client.post("/welcome", data=form)).status_code == 303
        assert (await client.get("/api/v1/me")).json()["role"] == "admin"
        again = await client.post("/welcome", data={**form, "name": "eve"})
        assert again.status_code == 403
        assert await desk.side.logins.open_wizard() is None


async def test_resident_sees_and_steers_the_own_vehicle_alone(desk: Desk) -> None:
    await desk.add_users("kari")
    await desk.side.accounts.add(
        "per", PASSWORD, Standing(role=Role.RESIDENT, tokens=("04FFFFFF",))
    )
    await desk.api.charge()
    async with await desk.browser("kari") as kari, await desk.browser("per") as per:
        [charge] = (await kari.get("/api/v1/own/charging")).json()
        assert (charge["station_id"], charge["evse_number"]) == ("G-01", 1)
        need = f"/api/v1/own/charging/{charge['number']}/need"
        assert (await kari.put(need, json={"energy_wh": 9000})).status_code == 204
        [charge] = (await kari.get("/api/v1/own/charging")).json()
        assert charge["wanted_wh"] == 9000
        assert [one["number"] for one in (await kari.get("/api/v1/own/transactions")).json()] == [1]
        assert (await per.get("/api/v1/own/charging")).json() == []
        assert (await per.get("/api/v1/own/transactions")).json() == []
        assert (await per.put(need, json={"energy_wh": 1})).status_code == 404
        assert (await per.post(f"/own/{charge['number']}/stop")).status_code == 422
        page = await kari.get("/own")
        assert "G-01" in page.text
        assert "G-01" not in (await per.get("/own")).text
        stopped = await kari.post(f"/api/v1/own/charging/{charge['number']}/stop")
        assert stopped.json()["status"] == "accepted"


async def test_grid_company_comes_by_token_or_login_to_its_own_feeders(desk: Desk) -> None:
    await desk.add_users("nils")
    async with desk.client(key=NETT_TOKEN) as program, await desk.browser("nils") as nils:
        for client in (program, nils):
            assert (await client.get("/api/v1/grid/profile")).json()["party"] == "nett"
            assert (await client.get("/api/v1/sites")).status_code == 403
        assert (await nils.get("/")).headers["location"] == "/grid-company"
        assert "level-1" in (await nils.get("/grid-company")).text


async def test_who_has_some_sites_is_shown_no_others(desk: Desk) -> None:
    await desk.add_users("oda")
    await desk.side.accounts.change("oda", Standing(role=Role.OPERATOR, sites=frozenset({SITE})))
    async with await desk.browser("oda") as oda:
        assert len((await oda.get("/api/v1/stations")).json()) == 2
        page = await oda.get(f"/sites/{SITE}")
        assert f'href="/sites/{SITE}/commands"' in page.text
        assert f'href="/sites/{SITE}/tokens"' not in page.text


async def test_open_desk_lets_everybody_in_and_says_so(database_file: Path) -> None:
    async with open_desk(database_file, mode=AccessMode.OPEN) as desk, desk.client() as client:
        page = await client.get(f"/sites/{SITE}")
        assert page.status_code == 200
        assert "access: open" in page.text
        assert (await client.put(LIMIT, json={"amps": 20})).status_code == 200
        foreign = {"origin": "http://evil.example"}
        assert (await client.put(LIMIT, json={"amps": 1}, headers=foreign)).status_code == 403
        assert (await client.get("/api/v1/grid/profile")).status_code == 401
        assert [(one.who, one.action) for one in await log_of(desk)] == [
            ("anybody", "impose_limit")
        ]
