"""How stations prove who they are, and what has been noticed of attempts. Secrets go in only."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias, TypeVar

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from csms.api.dependencies import ApiContext, Context
from csms.api.paging import PAGED, Cursor, Page, read_cursor, write_cursor
from csms.domain.certificate import (
    CertificateKey,
    CertificateKind,
    CertificateState,
    StationCertificate,
)
from csms.domain.commands import CommandStatus
from csms.domain.errors import UnknownStationError
from csms.domain.identity import StationId
from csms.domain.password import LONGEST, SHORTEST
from csms.domain.security import SecurityProfile
from csms.service.certificate_renewal import Renewal
from csms.service.row_number import BeforeNumber

CertificateT = TypeVar("CertificateT", bound="Certificate")

router = APIRouter(tags=["security"])


Secret: TypeAlias = Annotated[SecretStr, Field(min_length=SHORTEST, max_length=LONGEST)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class PasswordSent(_Model):
    """What came of sending a station another password."""

    status: CommandStatus
    answer: str = Field(description="The station's own word, where that says more")
    detail: str


class StationSecurityState(_Model):
    """How a station has to prove who it is."""

    required: int = Field(description="The lowest security profile that it is let in with")
    filed: int = Field(description="What the site file or the settings say")
    set_by_operator: int | None = Field(description="What was set here; null: the files count")
    reached: int = Field(description="The highest one that it has come with; never again below")
    has_password: bool
    has_next_password: bool = Field(
        description="Whether it was sent another password that it has not yet come with"
    )
    changed_at: datetime | None


class WantedProfile(_Model):
    """The lowest profile that a station is to be let in with."""

    profile: Literal[1, 2, 3] | None = Field(
        description="null: as the files say. Either way, what it has come with before is forgotten"
    )


class NewPassword(_Model):
    """A password that a station has, or is to have."""

    password: Secret


class PasswordToSend(_Model):
    """A password that a station is to have."""

    password: Secret | None = Field(
        default=None, description="null: one is made, which nobody gets to know"
    )


class Certificate(_Model):
    """A certificate that was signed for a station here."""

    fingerprint: str = Field(description="SHA-256, in hexadecimal digits")
    serial: str = Field(description="In hexadecimal digits")
    kind: CertificateKind
    state: CertificateState
    issued_at: datetime
    not_after: datetime
    name: str = Field(description="Its common name; empty: the station's identity")


class Revoked(_Model):
    """What was revoked."""

    revoked: int = Field(description="How many certificates")


class CertificateDue(Certificate):
    """A certificate in use that ends soon, and what is done about it."""

    station_id: str
    tries: int = Field(description="How often the station was asked to have a new one signed")
    asked_at: datetime | None = Field(description="When last; null: not since the server started")
    said: str = Field(description="What came of it")
    next_at: datetime | None = Field(description="When it is asked again; null: at once")


class SecurityEntry(_Model):
    """Something that touches security."""

    number: int
    station_id: str | None
    kind: str = Field(description="In the words of OCPP 2.0.1 where it has any")
    at: datetime
    detail: str
    origin: Literal["csms", "station"]


@router.get("/stations/{station_id}/security")
async def read_security(context: Context, station_id: str) -> StationSecurityState:
    """How a station has to prove who it is."""
    await _find(context, station_id)
    return StationSecurityState.model_validate(context.security.state(station_id))


@router.put("/stations/{station_id}/security")
async def set_profile(
    context: Context, station_id: str, wanted: WantedProfile
) -> StationSecurityState:
    """Set the lowest profile of a station; the one way to let it in with less than before."""
    await _find(context, station_id)
    profile = None if wanted.profile is None else SecurityProfile(wanted.profile)
    await context.security.set_profile(station_id, profile)
    return StationSecurityState.model_validate(context.security.state(station_id))


@router.put("/stations/{station_id}/security/password", status_code=status.HTTP_204_NO_CONTENT)
async def set_password(context: Context, station_id: str, new: NewPassword) -> None:
    """Set the password that a station already has. It is not sent to it."""
    await _find(context, station_id)
    await context.security.set_password(station_id, new.password.get_secret_value())


@router.post(
    "/stations/{station_id}/security/password",
)
async def send_password(
    context: Context, station_id: str, new: PasswordToSend | None = None
) -> PasswordSent:
    """Send a station another password; the old one counts until it comes with the new one."""
    await _find(context, station_id)
    wanted = new.password.get_secret_value() if new and new.password else None
    outcome = await context.rotation.rotate(station_id, wanted)
    return PasswordSent(status=outcome.status, answer=outcome.answer, detail=outcome.detail)


@router.get("/stations/{station_id}/certificates", responses=PAGED)
async def list_certificates(
    context: Context,
    page: Page,
    station_id: str,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Certificate]:
    """Certificates that were signed for a station here, the newest first."""
    await _find(context, station_id)
    after = CertificateKey(*read_cursor(cursor, (datetime, str))) if cursor else None
    found = await context.certificates.of(station_id, after, limit)
    if found:
        key = write_cursor(found[-1].issued_at, found[-1].fingerprint)
        page.link_next(found, limit, cursor=key)
    return [_certificate(Certificate, one) for one in found]


@router.post("/stations/{station_id}/certificates/revoke")
async def revoke_certificates(context: Context, station_id: str) -> Revoked:
    """Revoke all certificates that were signed for a station here.

    Connections that were made by them end, if `ocpp.tls.crl` names the authority's list.
    """
    await _find(context, station_id)
    count = await context.certificates.revoke(station_id)
    if count:
        await context.security.note_change(station_id, "certificates revoked")
        await context.reload_certificates()
    return Revoked(revoked=count)


@router.get("/certificates/due")
async def list_certificates_due(context: Context) -> list[CertificateDue]:
    """Certificates in use that end within `ca.renew_before_days`, the most urgent first."""
    return [_due(one) for one in await context.renewal.due()]


@router.get("/security-events", responses=PAGED)
async def list_security_events(
    context: Context,
    page: Page,
    station_id: str | None = None,
    before: BeforeNumber = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[SecurityEntry]:
    """Security events of all stations and of this system, the newest first."""
    rows = await context.reads.security_events(station_id=station_id, before=before, limit=limit)
    if rows:
        page.link_next(rows, limit, before=rows[-1]["number"])
    return [
        SecurityEntry.model_validate({**row, "station_id": row["station_id"] or None})
        for row in rows
    ]


@router.get("/stations/{station_id}/security-events", responses=PAGED)
async def list_security_events_of_station(
    context: Context,
    page: Page,
    station_id: str,
    before: BeforeNumber = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[SecurityEntry]:
    """A station's security events, the newest first."""
    await _find(context, station_id)
    return await list_security_events(context, page, station_id, before, limit)


def _certificate(model: type[CertificateT], known: StationCertificate) -> CertificateT:
    return model.model_validate({name: getattr(known, name) for name in model.model_fields})


def _due(renewal: Renewal) -> CertificateDue:
    certificate = _certificate(Certificate, renewal.certificate)
    return CertificateDue(
        **certificate.model_dump(),
        station_id=renewal.certificate.station_id,
        tries=renewal.tries,
        asked_at=renewal.asked_at,
        said=renewal.said,
        next_at=renewal.next_at,
    )


async def _find(context: ApiContext, station_id: StationId) -> None:
    """Make sure that a station is known."""
    if await context.reads.station(station_id) is None:
        raise UnknownStationError(station_id)
