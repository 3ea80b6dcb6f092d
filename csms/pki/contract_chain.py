"""Chains of certificates that vehicles show for their contracts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from csms.domain.certificates import CertificateVerdict, StatusQuery
from csms.domain.contracts import is_same_contract
from csms.domain.events import ContractShown
from csms.pki.ocsp import hash_of, responder_of
from csms.pki.standing import Question
from csms.pki.trust import UntrustedError, path_to_anchor

_LONGEST_CHAIN: Final = 10


def read_questions(
    shown: ContractShown, anchors: Sequence[x509.Certificate], now: datetime
) -> list[Question]:
    """What is to be asked of a chain that leads to an authority that is trusted.

    Raises:
        UntrustedError: It does not, is another contract's, or does not say whom to ask.
    """
    own, *between = _read_chain(shown.certificate or "")
    names = own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not any(is_same_contract(str(one.value), shown.id_token.value) for one in names):
        raise UntrustedError(
            CertificateVerdict.CHAIN_ERROR, "the certificate is another contract's"
        )
    path = path_to_anchor(own, between, anchors, now)
    questions = []
    for one, issuer in pairwise(path):
        url = responder_of(one)
        if url is None:
            name = one.subject.rfc4514_string()[:100]
            cause = f"certificate {name} does not say where its issuer can be asked"
            raise UntrustedError(CertificateVerdict.CHAIN_ERROR, cause)
        query = StatusQuery(certificate=hash_of(one, issuer), responder_url=url)
        questions.append(Question(query, (issuer,)))
    return questions


def _read_chain(text: str) -> list[x509.Certificate]:
    try:
        chain = x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise UntrustedError(
            CertificateVerdict.NONE_AVAILABLE, "expected certificates in PEM"
        ) from error
    if len(chain) > _LONGEST_CHAIN:
        cause = f"expected at most {_LONGEST_CHAIN} certificates, got {len(chain)}"
        raise UntrustedError(CertificateVerdict.CHAIN_ERROR, cause)
    return chain
