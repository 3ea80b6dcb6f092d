import pytest
from websockets.exceptions import InvalidStatus

from csms.domain.security import Proof
from tests.gateway.rig import Rig, listening

HEARTBEAT_ANSWER = [3, "7", {"currentTime": "2026-01-14T12:00:00Z"}]


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["ocpp1.6"], "ocpp1.6"),
        (["ocpp2.0.1"], "ocpp2.0.1"),
        (["ocpp1.6", "ocpp2.0.1"], "ocpp2.0.1"),  # our first choice, not the station's
        (["ocpp2.0.1", "ocpp1.6"], "ocpp2.0.1"),
        (["ocpp2.1", "ocpp1.6", "ocpp1.5"], "ocpp1.6"),
    ],
)
async def test_server_picks_its_first_choice_of_what_is_offered(
    offered: list[str], chosen: str
) -> None:
    async with listening() as rig, rig.station("/ocpp/G-01", *offered) as station:
        assert station.socket.subprotocol == chosen
        assert await station.is_served()


@pytest.mark.parametrize(
    ("names", "offer"),
    [(["ocpp1.5", "ocpp2.1"], True), (["OCPP1.6"], True), ([], False)],
    ids=["none in common", "other case", "none offered"],
)
async def test_without_a_common_version_the_handshake_completes_and_the_connection_closes(
    names: list[str], offer: bool
) -> None:
    # OCPP-J 1.6 §3.2, 2.0.1 part 4 §3.2
    async with listening() as rig, rig.station("/ocpp/G-01", *names, offer=offer) as station:
        assert station.socket.response is not None
        assert station.socket.response.status_code == 101
        assert "Sec-WebSocket-Protocol" not in station.socket.response.headers
        assert await station.closed() == (1002, "offer ocpp2.0.1 or ocpp1.6")
        assert rig.watch.seen == []
        assert len(rig.registry) == 0


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/ocpp/G-01", "G-01"),
        ("/G-01", "G-01"),
        ("/ocpp/RDAM%20123", "RDAM 123"),
        ("/ocpp/A%2FB", "A/B"),
        ("/A%2fB", "A/B"),
        ("/ocpp/%47-01", "G-01"),
        ("/ocpp/%C3%85lesund", "Ålesund"),
        ("/ocpp/100%25", "100%"),
        ("/ocpp/A%252FB", "A%2FB"),  # decoded once
        ("/ocpp/G-01?token=x/y", "G-01"),
        ("/ocpp/what%3F", "what?"),
        ("/ocpp/ocpp", "ocpp"),
        (f"/ocpp/{'x' * 48}", "x" * 48),
        (f"/ocpp/{'%20x' * 24}", " x" * 24),
    ],
)
async def test_last_segment_of_the_path_is_the_identity(path: str, identity: str) -> None:
    async with listening() as rig, rig.station(path) as station:
        assert await station.is_served()
        assert rig.watch.seen == [f"{identity} 1.6"]
        assert rig.registry.is_connected(identity)
        assert [event.station_id for event in rig.handler.events] == [identity]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ocpp/",
        "/ocpp/G-01/",
        "/other/G-01",
        "/ocpp/site/G-01",
        "/ocpp//G-01",
        "//G-01",
        "//[G-01",
        "/OCPP/G-01",
        f"/ocpp/{'x' * 49}",
        "/ocpp/%00",
        "/ocpp/G%0A01",
        "/ocpp/%E2%80%8B",
        "/ocpp/%7F",
    ],
)
async def test_path_without_a_proper_identity_is_not_found(path: str) -> None:
    async with listening() as rig, rig.mute_station(path) as (reader, _):
        assert await reader.readline() == b"HTTP/1.1 404 Not Found\r\n"
        assert rig.watch.asked == []


async def test_station_for_which_there_is_no_room_may_come_again_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with listening() as rig:
        rig.watch.is_full = True
        with pytest.raises(InvalidStatus) as caught:
            async with rig.station("/ocpp/G-99"):
                pytest.fail("expected a refusal")
        assert caught.value.response.status_code == 503
        assert rig.watch.seen == []
        assert "refused station 'G-99': the site is full" in caplog.text


async def test_station_that_speaks_no_version_of_ours_is_given_no_place() -> None:
    async with listening() as rig, rig.station("/ocpp/G-99", "ocpp1.5") as station:
        assert await station.closed() == (1002, "offer ocpp2.0.1 or ocpp1.6")
        assert rig.watch.asked == []
        cause = "it offers no version that is spoken here, expected ocpp2.0.1 or ocpp1.6"
        proof = Proof(address="127.0.0.1", offered=("ocpp1.5",))
        assert rig.watch.turned == [("G-99", proof, cause)]


async def test_who_names_no_station_is_told_of_without_what_may_be_a_secret() -> None:
    async with listening() as rig, rig.mute_station("/ocpp/?token=secret") as (reader, _):
        assert await reader.readline() == b"HTTP/1.1 404 Not Found\r\n"
        ((name, proof, cause),) = rig.watch.turned
        assert (name, proof.address) == ("/ocpp/", "127.0.0.1")
        assert cause == "its path names no station, expected /ocpp/<station id>"


async def test_watch_learns_which_versions_a_station_offers() -> None:
    async with listening() as rig, rig.station("/ocpp/G-01", "ocpp1.6", "ocpp1.5"):
        assert [proof.offered for proof in rig.watch.proofs] == [("ocpp1.6", "ocpp1.5")]


async def test_unknown_station_is_not_found() -> None:
    # OCPP-J 1.6 §3.2
    async with listening() as rig:
        rig.watch.strangers.add("G-99")
        with pytest.raises(InvalidStatus) as caught:
            async with rig.station("/ocpp/G-99"):
                pytest.fail("expected a refusal")
        assert caught.value.response.status_code == 404
        assert rig.watch.seen == []
        async with rig.station("/ocpp/G-01") as station:
            assert await station.is_served()


async def test_prefixes_are_a_setting() -> None:
    async with listening(prefixes=("/steve/ws/", "/")) as rig:
        for path in ("/steve/ws/G-01", "/G-01"):
            async with rig.station(path) as station:
                assert await station.is_served()
        with pytest.raises(InvalidStatus):
            async with rig.station("/ocpp/G-01"):
                pytest.fail("expected a refusal")


async def test_watch_learns_who_comes_with_which_version_and_who_goes() -> None:
    async with listening() as rig:
        async with rig.station("/ocpp/G-01", "ocpp1.6"):
            await rig.watch.until(lambda seen: seen == ["G-01 1.6"])
            async with rig.station("/ocpp/G-02", "ocpp2.0.1"):
                await rig.watch.until(lambda seen: seen[1:] == ["G-02 2.0.1"])
            await rig.watch.until(lambda seen: seen[2:] == ["G-02 gone"])
            assert rig.registry.is_connected("G-01")
        await rig.watch.until(lambda seen: seen[3:] == ["G-01 gone"])
        assert len(rig.registry) == 0


async def test_stations_are_closed_when_the_server_ends() -> None:
    rig = Rig()
    async with listening(rig):
        connecting = rig.station("/ocpp/G-01")
        station = await connecting.__aenter__()
        await rig.watch.until(lambda seen: seen == ["G-01 1.6"])
    assert await station.closed() == (1001, "")
    assert rig.watch.seen == ["G-01 1.6", "G-01 gone"]
    await connecting.__aexit__(None, None, None)


async def test_compression_is_agreed_on_where_the_station_offers_it() -> None:
    # OCPP 2.0.1 part 4 §3.3
    async with (
        listening(has_compression=True) as rig,
        rig.station(compression="deflate") as station,
    ):
        assert station.socket.response is not None
        extensions = station.socket.response.headers["Sec-WebSocket-Extensions"]
        assert extensions.startswith("permessage-deflate")
        answer = await station.ask("DataTransfer", {"vendorId": "V", "data": "x" * 300_000})
        assert answer == [3, "7", {"status": "UnknownVendorId"}]
        assert await station.is_served()


async def test_station_without_compression_is_served_as_well() -> None:
    async with listening(has_compression=True) as rig, rig.station() as station:
        assert station.socket.response is not None
        assert "Sec-WebSocket-Extensions" not in station.socket.response.headers
        assert await station.is_served()


async def test_compression_is_off_unless_it_is_turned_on() -> None:
    async with listening() as rig, rig.station(compression="deflate") as station:
        assert station.socket.response is not None
        assert "Sec-WebSocket-Extensions" not in station.socket.response.headers
        assert await station.is_served()


async def test_station_that_cannot_be_noted_is_sent_away_and_forgotten() -> None:
    rig = Rig()
    rig.watch.failure = OSError("the database is gone")
    async with listening(rig), rig.station() as station:
        assert (await station.closed())[0] == 1011
        await rig.watch.until(lambda seen: seen == ["G-01 1.6", "G-01 gone"])
        assert not rig.registry.is_connected("G-01")
        rig.watch.failure = None
        async with rig.station() as again:
            assert await again.is_served()
