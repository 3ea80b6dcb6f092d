"""What is answered about certificates where nobody has set up who issues them."""

import logging

from csms.domain.certificates import CertificateVerdict
from csms.domain.events import ContractShown
from csms.domain.notices import (
    Agreement,
    CertificateStatusAsked,
    CertificateStatusReply,
    SigningAsked,
    VehicleCertificateAsked,
    VehicleCertificateReply,
)

logger = logging.getLogger(__name__)

_NO_AUTHORITY = "no certificate authority is set up"
_NO_PKI = "no issuer of certificates for vehicles is set up"


class NoCertificateAuthority:
    """Signs nothing (OCPP 2.0.1 A02, A03)."""

    async def sign(self, _asked: SigningAsked) -> Agreement:
        """Refuse, with the cause."""
        return Agreement(is_accepted=False, cause=_NO_AUTHORITY)


class NoVehiclePki:
    """Reaches no issuer: whatever is asked has failed (2.0.1 C07.FR.17, M01, M02, M06.FR.04)."""

    async def judge(self, shown: ContractShown) -> CertificateVerdict:
        """Trust no contract: nobody has said whose count."""
        logger.warning("contract %s: %s", shown.id_token.masked, _NO_PKI)
        return CertificateVerdict.CHAIN_ERROR

    async def contract(self, _asked: VehicleCertificateAsked) -> VehicleCertificateReply:
        """Refuse, with the cause."""
        return VehicleCertificateReply(is_accepted=False, cause=_NO_PKI)

    async def status(self, _asked: CertificateStatusAsked) -> CertificateStatusReply:
        """Tell that no answer was had, with the cause."""
        return CertificateStatusReply(cause=_NO_PKI)
