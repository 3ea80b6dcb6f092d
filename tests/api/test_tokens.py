"""The operator's list of tokens over the API: who may charge, and what a bad request is told."""

from typing import Any, Final

from tests.api.rig import Api

ENTRY: Final[dict[str, Any]] = {
    "kind": "ISO14443",
    "status": "Blocked",
    "group": "FLEET",
    "expires_at": "2026-02-01T00:00:00Z",
}


async def remove(api: Api, value: str, status: int = 204) -> Any:
    response = await api.client.delete(f"/api/v1/tokens/{value}")
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def test_token_that_was_put_can_be_read_in_any_case(api: Api) -> None:
    await api.put("/tokens/04a2B3c4", ENTRY)
    assert await api.get("/tokens/04A2B3C4") == {
        "key": "04A2B3C4",
        "value": "04a2B3c4",
        "seen_at": None,
        **ENTRY,
    }


async def test_token_is_accepted_unless_something_else_is_said(api: Api) -> None:
    await api.put("/tokens/04A2B3C4", {})
    token = await api.get("/tokens/04A2B3C4")
    assert (token["status"], token["group"], token["expires_at"]) == ("Accepted", None, None)


async def test_token_that_is_put_again_is_changed(api: Api) -> None:
    await api.put("/tokens/04A2B3C4", ENTRY)
    await api.put("/tokens/04A2B3C4", {"status": "Accepted"})
    assert [token["status"] for token in await api.get("/tokens")] == ["Accepted"]


async def test_list_is_read_page_by_page_in_order_of_its_keys(api: Api) -> None:
    for value in ("c", "A", "b"):
        await api.put(f"/tokens/{value}", {})
    assert [token["key"] for token in await api.get("/tokens?limit=2")] == ["A", "B"]
    assert [token["key"] for token in await api.get("/tokens?limit=2&after=B")] == ["C"]


async def test_token_that_was_taken_off_is_not_on_the_list(api: Api) -> None:
    await api.put("/tokens/04A2B3C4", ENTRY)
    await remove(api, "04A2B3C4")
    assert await api.get("/tokens") == []
    assert (await api.get("/tokens/04A2B3C4", 404))["detail"] == "token '04A2B3C4' is not listed"


async def test_token_that_is_not_on_the_list_cannot_be_taken_off(api: Api) -> None:
    assert (await remove(api, "04A2B3C4", 404))["detail"] == "token '04A2B3C4' is not listed"


async def test_token_with_a_slash_and_blanks_can_be_listed(api: Api) -> None:
    await api.put("/tokens/NO%2A42%20x", {})
    assert [token["value"] for token in await api.get("/tokens")] == ["NO*42 x"]


async def test_bad_entry_is_refused_with_the_place_and_the_cause(api: Api) -> None:
    problem = await api.put("/tokens/04A2B3C4", {"status": "Fine", "colour": "red"}, 422)
    assert {error["at"] for error in problem["errors"]} == {"body/status", "body/colour"}


async def test_token_of_too_many_characters_is_refused(api: Api) -> None:
    problem = await api.put(f"/tokens/{'4' * 37}", {}, 422)
    assert "at most 36 characters" in problem["detail"]


async def take(api: Api, table: bytes, status: int = 200, kind: str = "text/csv") -> Any:
    response = await api.client.post(
        "/api/v1/tokens/import", content=table, headers={"content-type": kind}
    )
    assert response.status_code == status, response.text
    return response.json()


async def test_table_lists_tokens_and_changes_those_that_are_listed(api: Api) -> None:
    await api.put("/tokens/04A2B3C4", ENTRY)
    await api.put("/tokens/04FFEE01", ENTRY)
    table = b"value,status,expires_at\n04a2b3c4,,\nNEW,Blocked,2027-01-01T00:00:00+01:00\n"
    assert await take(api, table, kind="text/csv; charset=utf-8") == {"count": 2}
    assert [
        (token["value"], token["status"], token["group"], token["expires_at"])
        for token in await api.get("/tokens")
    ] == [
        ("04a2b3c4", "Accepted", None, None),
        ("04FFEE01", "Blocked", "FLEET", "2026-02-01T00:00:00Z"),
        ("NEW", "Blocked", None, "2026-12-31T23:00:00Z"),
    ]


async def test_nothing_of_a_table_is_taken_when_a_line_is_wrong(api: Api) -> None:
    problem = await take(api, b"value,status\nA,Accepted\nB,Fine\n", 422)
    assert problem["detail"].startswith("line 3, status: Input should be 'Accepted'")
    assert await api.get("/tokens") == []


async def test_table_is_taken_as_a_table_only(api: Api) -> None:
    """A form of a foreign page can send plain text, and no table."""
    problem = await take(api, b"value\nA\n", 422, kind="text/plain")
    assert problem["detail"] == "content-type: expected text/csv, got text/plain"
    assert await api.get("/tokens") == []


async def test_table_without_tokens_changes_nothing(api: Api) -> None:
    await api.put("/tokens/A", {})
    assert await take(api, b"value\n") == {"count": 0}
    assert [token["key"] for token in await api.get("/tokens")] == ["A"]


async def test_list_can_be_looked_through_by_how_tokens_begin(api: Api) -> None:
    await take(api, b"value\nAB%1\nab_2\nB\n")
    assert [token["key"] for token in await api.get("/tokens?begins=ab")] == ["AB%1", "AB_2"]
    assert [token["key"] for token in await api.get("/tokens?begins=ab%25")] == ["AB%1"]


async def test_token_with_a_slash_can_be_read_and_taken_off(api: Api) -> None:
    await api.put("/tokens/NO%2F42", {})
    assert (await api.get("/tokens/NO%2F42"))["value"] == "NO/42"
    await remove(api, "NO%2F42")
    assert await api.get("/tokens") == []


async def test_what_cannot_be_printed_is_refused_wherever_it_stands(api: Api) -> None:
    for path, entry in (("A%00", {}), ("A", {"kind": "\0"}), ("A", {"group": "x\n"})):
        problem = await api.put(f"/tokens/{path}", entry, 422)
        assert "expected characters that can be printed" in problem["detail"]
    for query in ("begins=%00", "after=%00"):
        problem = await api.get(f"/tokens?{query}", 422)
        assert "expected characters that can be printed" in problem["detail"]
