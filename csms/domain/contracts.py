"""Contracts of vehicles: what a certificate makes of the verdict on its token (OCPP 2.0.1 C07)."""

from dataclasses import replace
from typing import Final

from csms.domain.authorization import Authorization, TokenStatus
from csms.domain.certificates import CertificateVerdict

_CANCELLED: Final = frozenset(
    {TokenStatus.BLOCKED, TokenStatus.EXPIRED, TokenStatus.INVALID, TokenStatus.UNKNOWN}
)
_WITHOUT_CHECK_DIGIT: Final = 14
"""The fifteenth character of an eMAID may be left out (ISO 15118-2 annex H)."""


def judge_contract(verdict: Authorization, certificate: CertificateVerdict) -> Authorization:
    """Decide on a token that came with its contract's certificate (C07.FR.13-17).

    Args:
        verdict: On the token alone.
        certificate: On the certificate, and those that it hangs on.
    """
    match certificate:
        case CertificateVerdict.ACCEPTED:
            is_cancelled = verdict.status in _CANCELLED
            told = CertificateVerdict.CONTRACT_CANCELLED if is_cancelled else certificate
            return replace(verdict, certificate=told)
        case CertificateVerdict.EXPIRED:
            return Authorization(status=TokenStatus.EXPIRED, certificate=certificate)
        case _:
            return Authorization(status=TokenStatus.INVALID, certificate=certificate)


def is_same_contract(one: str, other: str) -> bool:
    """Whether two spellings of an eMAID mean the same contract.

    Hyphens, case and the check digit at the end do not matter.
    """
    first, second = (_bare(text) for text in (one, other))
    return first == second or (
        min(len(first), len(second)) == _WITHOUT_CHECK_DIGIT
        and first[:_WITHOUT_CHECK_DIGIT] == second[:_WITHOUT_CHECK_DIGIT]
        and max(len(first), len(second)) == _WITHOUT_CHECK_DIGIT + 1
    )


def _bare(text: str) -> str:
    return text.replace("-", "").strip().upper()
