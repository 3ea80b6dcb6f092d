"""Those who issue certificates to vehicles and vouch for them, reached over HTTP (2.0.1 C07, M)."""

import asyncio
import base64
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
from cryptography.x509 import ocsp

from csms.clock import Clock
from csms.domain.certificates import CertificateVerdict
from csms.domain.errors import CertificateFileError
from csms.domain.events import ContractShown
from csms.domain.notices import (
    CertificateStatusAsked,
    CertificateStatusReply,
    VehicleCertificateAsked,
    VehicleCertificateReply,
)
from csms.pki.contract_chain import read_questions
from csms.pki.errands import Errands, TooManyErrandsError
from csms.pki.ocsp import OcspError
from csms.pki.responders import Responders
from csms.pki.standing import Question, Standings
from csms.pki.supplier import ContractSupplier, SupplierSettings
from csms.pki.trust import TrustAnchors, UntrustedError

logger = logging.getLogger(__name__)

_LONGEST_OCSP: Final = 5500
"""In base64, as the answer to a station may hold (2.0.1 GetCertificateStatusResponse)."""
_NO_SUPPLIER: Final = "no supplier of contracts is set up"
_BUSY: Final = "so much is being asked of others already that more would come too late"


@dataclass(frozen=True, slots=True, kw_only=True)
class VehiclePkiSettings:
    """Who issues certificates to vehicles.

    Attributes:
        roots: PEM files, and folders of them: authorities whose contracts count.
        responders: Hosts, or `host:port`, of OCSP responders that may be asked.
        ocsp_timeout_s: How long it may take to ask all responders of a chain.
        supplier: Who supplies contracts; None: nobody does.
    """

    roots: tuple[Path, ...] = ()
    responders: tuple[str, ...] = ()
    ocsp_timeout_s: float = 4.0
    supplier: SupplierSettings | None = None


class OnlineVehiclePki:
    """Asks suppliers and responders over HTTP.

    Whoever asks has no task, so the asking is done in tasks of this object's own.

    Args:
        settings: Who is asked.
        clock: The time.

    Raises:
        CertificateFileError: It is not known whom to trust.
    """

    def __init__(self, settings: VehiclePkiSettings, clock: Clock) -> None:
        self._ocsp_timeout_s = settings.ocsp_timeout_s
        self._supplier = ContractSupplier(settings.supplier) if settings.supplier else None
        self._supply_timeout_s = settings.supplier.timeout_s if settings.supplier else 0.0
        self._clock = clock
        self._anchors = TrustAnchors(settings.roots)
        self._anchors.all()
        self._standings = Standings(self._anchors, Responders(settings.responders, clock), clock)
        self._errands = Errands()
        self._client: httpx2.AsyncClient | None = None

    async def run(self) -> None:
        """Ask what is to be asked, until cancelled."""
        once = httpx2.Limits(max_keepalive_connections=0)  # one that was kept may have gone
        async with httpx2.AsyncClient(trust_env=False, timeout=None, limits=once) as client:
            self._client = client
            await self._errands.run()

    async def contract(self, asked: VehicleCertificateAsked) -> VehicleCertificateReply:
        """Have a contract certificate issued or renewed, or say why not (M01, M02)."""
        supplier = self._supplier
        if supplier is None:
            return VehicleCertificateReply(is_accepted=False, cause=_NO_SUPPLIER)
        try:
            reply = await self._errands.do(
                lambda: supplier.ask(self._web, asked), self._supply_timeout_s
            )
        except TimeoutError:
            cause = f"the supplier of contracts gave no answer in {self._supply_timeout_s:g} s"
            reply = VehicleCertificateReply(is_accepted=False, cause=cause)
        except TooManyErrandsError:
            reply = VehicleCertificateReply(is_accepted=False, cause=_BUSY)
        if not reply.is_accepted:
            logger.warning("no contract for a vehicle: %s", reply.cause)
        return reply

    async def status(self, asked: CertificateStatusAsked) -> CertificateStatusReply:
        """Ask a certificate's issuer whether it is still good, or say why not (M06)."""
        try:
            content = await self._errands.do(
                lambda: self._standings.fetch(self._web, asked.query), self._ocsp_timeout_s
            )
            return CertificateStatusReply(ocsp=_written(content))
        except TimeoutError:
            cause = f"no answer in {self._ocsp_timeout_s:g} s"
        except TooManyErrandsError:
            cause = _BUSY
        except (OcspError, CertificateFileError) as error:
            cause = str(error)
        logger.warning("no status of certificate %.40s: %s", asked.query.certificate.serial, cause)
        return CertificateStatusReply(cause=cause)

    async def judge(self, shown: ContractShown) -> CertificateVerdict:
        """Decide on the certificate of a contract, and on those that it hangs on (C07.FR.05)."""
        try:
            return await self._errands.do(lambda: self._judge(shown), self._ocsp_timeout_s)
        except UntrustedError as error:
            verdict, cause = error.verdict, str(error)
        except TimeoutError:
            verdict = CertificateVerdict.CHAIN_ERROR
            cause = f"no answer of all responders in {self._ocsp_timeout_s:g} s"
        except TooManyErrandsError:
            verdict, cause = CertificateVerdict.CHAIN_ERROR, _BUSY
        except CertificateFileError as error:
            verdict, cause = CertificateVerdict.CHAIN_ERROR, str(error)
        logger.warning("contract %s: %s: %s", shown.id_token.masked, verdict, cause)
        return verdict

    @property
    def _web(self) -> httpx2.AsyncClient:
        assert self._client is not None  # noqa: S101 - errands are run where it is there
        return self._client

    async def _judge(self, shown: ContractShown) -> CertificateVerdict:
        """Decide on a contract.

        Raises:
            UntrustedError: It is not to be trusted.
            CertificateFileError: It is not known whom to trust.
        """
        anchors = await asyncio.to_thread(self._anchors.all)
        now = self._clock.now()
        if shown.certificate:
            questions = await asyncio.to_thread(read_questions, shown, anchors, now)
        else:
            questions = [Question(query) for query in shown.queries]
        async with asyncio.TaskGroup() as tasks:
            looking = [tasks.create_task(self._look_up(one)) for one in questions]
        found = [one for task in looking if (one := task.result()) is not None]
        revoked = next((one for one in found if one.verdict is CertificateVerdict.REVOKED), None)
        if found:
            raise revoked or found[0]
        return CertificateVerdict.ACCEPTED

    async def _look_up(self, question: Question) -> UntrustedError | None:
        """Why a certificate does not hold, as its issuer says; None: it does."""
        serial = question.query.certificate.serial[:40]
        try:
            answer = await self._standings.of(self._web, question)
        except UntrustedError as error:
            return error
        except (OcspError, CertificateFileError) as error:
            return UntrustedError(CertificateVerdict.CHAIN_ERROR, f"certificate {serial}: {error}")
        match answer.status:
            case ocsp.OCSPCertStatus.GOOD:
                return None
            case ocsp.OCSPCertStatus.REVOKED:
                return UntrustedError(CertificateVerdict.REVOKED, f"certificate {serial}")
            case _:
                cause = f"certificate {serial}: its issuer does not know it"
                return UntrustedError(CertificateVerdict.CHAIN_ERROR, cause)


def _written(content: bytes) -> str:
    text = base64.b64encode(content).decode()
    if len(text) > _LONGEST_OCSP:
        raise OcspError(f"the answer is too long for a station: {len(text)} characters")
    return text
