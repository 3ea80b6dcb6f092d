from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.security import Cause, ClientCertificate, Proof, SecurityProfile, SiteSecurity
from csms.domain.site import GuestPlace, Site
from csms.service.requirements import OPEN, SecurityPolicy
from csms.service.station_security import SecurityState, StationSecurity
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, Office, after, open_office

NONE, PASSWORD, TLS, CERTIFICATE = SecurityProfile
GUESTS = GuestPlace(feeder_id="level-2", lines=(1, 2, 3), max_a=16.0)


def site(said: SecurityProfile | None = None, names: Iterable[str] = ("G-01", "G-02")) -> Site:
    places = (place(name, "level-1", 0.0) for name in names)
    return replace(small_site(*places), security=SiteSecurity(profile=said))


@asynccontextmanager
async def security_of(
    path: Path, policy: SecurityPolicy, *sites: Site
) -> AsyncIterator[tuple[Office, StationSecurity]]:
    async with open_office(path, *(sites or (site(),)), policy=policy) as office:
        yield office, office.security


@pytest.mark.parametrize(
    ("names", "named"),
    [
        (["G-01"], "G-01"),
        ([f"G-{n}" for n in range(7)], "G-0, G-1, G-2, G-3, G-4 and 2 more"),
    ],
)
async def test_stations_that_have_to_prove_nothing_are_named_loudly_at_the_start(
    database_file: Path, names: list[str], named: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with security_of(database_file, OPEN, site(names=names)):
        said = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
        who = f"whoever connects under the name of {named}"
        assert said == [f"site fjordgata: {who} is believed (security profile 0)"]


async def test_guests_that_are_believed_are_told_of_as_well(
    database_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_to_all = replace(site(NONE, names=()), guests=GUESTS)
    async with security_of(database_file, SecurityPolicy(), open_to_all):
        assert "site fjordgata: any guest is believed (security profile 0)" in caplog.text


async def test_nothing_is_said_where_everybody_needs_a_password(
    database_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with security_of(database_file, SecurityPolicy(), replace(site(), guests=GUESTS)):
        assert caplog.records == []


async def test_strangers_are_held_to_the_strictest_site_that_takes_guests(
    database_file: Path,
) -> None:
    sites = (
        replace(site(NONE, ["A"]), site_id="a", guests=GUESTS),
        replace(site(TLS, ["B"]), site_id="b", guests=GUESTS),
        replace(site(CERTIFICATE, ["C"]), site_id="c", guests=None),
    )
    async with security_of(database_file, SecurityPolicy(), *sites) as (_, security):
        required = [security.required(one) for one in ("A", "B", "C", "stranger")]
        assert required == [NONE, TLS, CERTIFICATE, TLS]


async def test_operator_sets_what_is_required_in_both_directions(database_file: Path) -> None:
    policy = SecurityPolicy(profile=PASSWORD, most=TLS)
    async with security_of(database_file, policy) as (office, security):
        await security.set_profile("G-01", TLS)
        await security.desk.change("G-01", reached=TLS)
        office.clock.turn(60)
        await security.set_profile("G-01", PASSWORD)
        assert security.state("G-01") == SecurityState(
            required=PASSWORD,
            filed=PASSWORD,
            set_by_operator=PASSWORD,
            reached=NONE,
            has_password=False,
            has_next_password=False,
            changed_at=after(1),
        )
        assert security.state("G-02").changed_at is None


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (NONE, "profile: expected 1 to 2, got 0: only a site file or the settings can say that"),
        (CERTIFICATE, "profile: expected 1 to 2, got 3"),
    ],
)
async def test_operator_sets_no_profile_that_proves_nothing_or_cannot_be_had(
    database_file: Path, profile: SecurityProfile, said: str
) -> None:
    policy = SecurityPolicy(profile=PASSWORD, most=TLS)
    async with security_of(database_file, policy) as (_, security):
        with pytest.raises(InvalidInputError) as caught:
            await security.set_profile("G-01", profile)
        assert str(caught.value).startswith(said)


async def test_station_whose_credentials_are_forgotten_is_a_stranger_again(
    database_file: Path,
) -> None:
    async with security_of(database_file, SecurityPolicy()) as (_, security):
        await security.set_password("X-1", "x" * 20)
        await security.forget("X-1")
        assert not security.state("X-1").has_password
        admission = await security.door.admit("X-1", Proof(password=b"x" * 20))
        assert admission.cause == "it is in no site file, and no password has been set for it"


@pytest.mark.parametrize(
    ("names", "cause"), [({"G-01"}, None), ({"G-02"}, Cause.WRONG_CERTIFICATE)]
)
async def test_certificate_is_worth_more_than_a_password(
    database_file: Path, names: set[str], cause: Cause | None
) -> None:
    certificate = ClientCertificate(
        names=frozenset(names),
        organizations=frozenset(),
        serial="1",
        fingerprint="2",
        not_after=after(1),
    )
    policy = SecurityPolicy(profile=CERTIFICATE, most=CERTIFICATE)
    async with security_of(database_file, policy) as (_, security):
        await security.set_password("G-01", "x" * 20)
        proof = Proof(has_tls=True, password=b"x" * 20, certificate=certificate)
        admission = await security.door.admit("G-01", proof)
        assert admission.cause == (cause or "")


async def test_wrong_certificate_does_no_harm_where_the_password_is_enough(
    database_file: Path,
) -> None:
    certificate = ClientCertificate(
        names=frozenset({"a maker's serial number"}),
        organizations=frozenset(),
        serial="1",
        fingerprint="2",
        not_after=NOON,
    )
    policy = SecurityPolicy(profile=TLS, most=CERTIFICATE)
    async with security_of(database_file, policy) as (_, security):
        await security.set_password("G-01", "x" * 20)
        proof = Proof(has_tls=True, password=b"x" * 20, certificate=certificate)
        assert (await security.door.admit("G-01", proof)).is_granted
        assert security.state("G-01").reached is TLS
