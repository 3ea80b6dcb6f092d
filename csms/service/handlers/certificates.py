"""What stations ask about certificates (1.6 security whitepaper; OCPP 2.0.1 A02, A03, M)."""

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


async def signing_asked(context: HandlerContext, event: SigningAsked) -> Agreement:
    """A station wants a certificate signed (2.0.1 A02.FR.04, A03)."""
    async with context.open_uow() as uow:
        await keep(uow, event, context.clock.now())
        await uow.commit()
    return await context.certificates.sign(event)


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
