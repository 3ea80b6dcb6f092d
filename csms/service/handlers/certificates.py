"""What stations ask about certificates (1.6 security whitepaper; OCPP 2.0.1 A02, A03, M)."""

import logging

from csms.domain.authorization import Authorization
from csms.domain.contracts import judge_contract
from csms.domain.events import ContractShown
from csms.domain.notices import (
    Agreement,
    CertificateStatusAsked,
    CertificateStatusReply,
    SigningAsked,
    VehicleCertificateAsked,
    VehicleCertificateReply,
)
from csms.service.handlers.context import HandlerContext
from csms.service.handlers.notices import keep

logger = logging.getLogger(__name__)


async def signing_asked(context: HandlerContext, event: SigningAsked) -> Agreement:
    """A station wants a certificate signed (2.0.1 A02.FR.04, A03)."""
    async with context.open_uow() as uow:
        await keep(uow, event, context.clock.now())
        await uow.commit()
    return await context.certificates.sign(event)


async def contract_shown(context: HandlerContext, event: ContractShown) -> Authorization:
    """A vehicle has shown its contract, which others have to vouch for (2.0.1 C07)."""
    certificate = await context.vehicle_pki.judge(event)
    async with context.open_uow() as uow:
        verdict = await context.judge(uow, event.id_token, event.station_id)
        await uow.commit()
    verdict = judge_contract(verdict, certificate)
    logger.info("contract %s: %s, %s", event.id_token.masked, verdict.status, verdict.certificate)
    return verdict


async def vehicle_certificate_asked(
    context: HandlerContext, event: VehicleCertificateAsked
) -> VehicleCertificateReply:
    """A vehicle wants a contract certificate (2.0.1 M01, M02)."""
    async with context.open_uow() as uow:
        await keep(uow, event, context.clock.now())
        await uow.commit()
    return await context.vehicle_pki.contract(event)


async def certificate_status_asked(
    context: HandlerContext, event: CertificateStatusAsked
) -> CertificateStatusReply:
    """A station asks whether a certificate is still good (2.0.1 M06)."""
    async with context.open_uow() as uow:
        await keep(uow, event, context.clock.now())
        await uow.commit()
    return await context.vehicle_pki.status(event)
