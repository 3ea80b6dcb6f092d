"""Lists tell where their next page is."""

from tests.api.rig import Api


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
