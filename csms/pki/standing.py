"""What issuers say of their certificates, once it is known to be they who say it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx2
from cryptography import x509

from csms.clock import Clock
from csms.domain.certificates import CertificateHash, CertificateVerdict, StatusQuery
from csms.pki.ocsp import OcspAnswer, OcspError, check_signature, is_issuer
from csms.pki.responders import Responders, normal
from csms.pki.trust import TrustAnchors, UntrustedError, path_to_anchor

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """A certificate that a responder is to be asked about.

    Attributes:
        query: Which one, and where.
        issuers: Who is known to have issued it; none: that is to be found out.
    """

    query: StatusQuery
    issuers: tuple[x509.Certificate, ...] = ()


class Standings:
    """Has responders asked, and remembers only what the right ones have signed.

    Args:
        anchors: Authorities that are trusted.
        responders: Asks.
        clock: The time.
    """

    def __init__(self, anchors: TrustAnchors, responders: Responders, clock: Clock) -> None:
        self._anchors = anchors
        self._responders = responders
        self._clock = clock

    async def fetch(self, client: httpx2.AsyncClient, query: StatusQuery) -> bytes:
        """A responder's answer as it is, in DER: whoever reads it looks at the signature.

        Raises:
            OcspError: There is none.
            CertificateFileError: It is not known whom to trust.
        """
        question = Question(normal(query))
        known = self._responders.recall(question.query)
        if known is not None:
            return known[0]
        content, answer = await self._responders.ask(client, question.query)
        try:
            await self._trust(question, answer)
        except (OcspError, UntrustedError) as error:
            logger.debug("not remembered: %s", error)
        else:
            self._responders.keep(question.query, content, answer)
        return content

    async def of(self, client: httpx2.AsyncClient, question: Question) -> OcspAnswer:
        """What a certificate's issuer says of it, signed by who may say so.

        Raises:
            OcspError: There is no such answer.
            UntrustedError: The issuer's own certificate has expired.
            CertificateFileError: It is not known whom to trust.
        """
        question = Question(normal(question.query), question.issuers)
        known = self._responders.recall(question.query)
        if known is not None:
            try:
                await self._trust(question, known[1])
            except OcspError as error:
                logger.info("an answer that was kept is not trusted any more: %s", error)
            else:
                return known[1]
        content, answer = await self._responders.ask(client, question.query)
        await self._trust(question, answer)
        self._responders.keep(question.query, content, answer)
        return answer

    async def _trust(self, question: Question, answer: OcspAnswer) -> None:
        """See that an answer is signed by who may say so.

        Raises:
            OcspError: It is not.
            UntrustedError: The issuer's own certificate has expired.
        """
        now = self._clock.now()
        await asyncio.to_thread(lambda: _check(question, answer, self._anchors.all(), now))


def _check(
    question: Question, answer: OcspAnswer, anchors: Sequence[x509.Certificate], now: datetime
) -> None:
    issuers = question.issuers or _issuers(
        question.query.certificate, answer.response.certificates, anchors, now
    )
    if not issuers:
        raise OcspError("expected a certificate of an issuer that is trusted here")
    if all(one.not_valid_after_utc < now for one in issuers):
        raise UntrustedError(CertificateVerdict.EXPIRED, "the issuer's certificate has expired")
    check_signature(answer, issuers, now)


def _issuers(
    wanted: CertificateHash,
    sent: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    now: datetime,
) -> tuple[x509.Certificate, ...]:
    """Who has issued a certificate: authorities that are trusted, or below one that is."""
    known = tuple(one for one in anchors if is_issuer(one, wanted))
    if known:
        return known
    return tuple(
        one for one in sent if is_issuer(one, wanted) and _is_below(one, sent, anchors, now)
    )


def _is_below(
    one: x509.Certificate,
    sent: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    now: datetime,
) -> bool:
    try:
        path_to_anchor(one, sent, anchors, now)
    except UntrustedError:
        return False
    return True
