"""The supplier of contracts: another company's server, to which vehicles' wishes are passed on."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import httpx2
import msgspec
from msgspec import Meta

from csms.domain.notices import VehicleCertificateAsked, VehicleCertificateReply
from csms.pki.web import WebError, post

_MOST_BYTES: Final = 64 * 1024
_JSON: Final = {"content-type": "application/json", "accept": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierSettings:
    """Who supplies vehicles with contracts.

    Attributes:
        url: Where wishes are sent.
        timeout_s: How long an answer may take.
        headers: Sent along, such as `Authorization`.
    """

    url: str
    timeout_s: float = 20.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class _Wish(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is sent, in the words of OCPP (2.0.1 Get15118EVCertificateRequest)."""

    iso15118_schema_version: str = msgspec.field(name="iso15118SchemaVersion")
    action: Literal["Install", "Update"]
    exi_request: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What comes back (2.0.1 Get15118EVCertificateResponse); anything else in it is left alone."""

    exi_response: Annotated[str, Meta(max_length=5600)] = ""
    status: Literal["Accepted", "Failed"] = "Accepted"
    reason: Annotated[str, Meta(max_length=512)] = ""


class ContractSupplier:
    """Asks a supplier over HTTP. What is passed on is looked into by nobody here (EXI, base64).

    Args:
        settings: Who it is.
    """

    def __init__(self, settings: SupplierSettings) -> None:
        self._url = httpx2.URL(settings.url)
        self._headers = {**settings.headers, **_JSON}

    async def ask(
        self, client: httpx2.AsyncClient, asked: VehicleCertificateAsked
    ) -> VehicleCertificateReply:
        """Pass a vehicle's wish on, and the answer back; or say why there is none."""
        wish = _Wish(
            iso15118_schema_version=asked.schema,
            action="Update" if asked.is_update else "Install",
            exi_request=asked.exi,
        )
        try:
            content = await post(
                client, self._url, msgspec.json.encode(wish), self._headers, _MOST_BYTES
            )
            answer = msgspec.json.decode(content, type=_Answer)
        except WebError as error:
            return _failed(f"the supplier of contracts: {error}")
        except msgspec.DecodeError as error:
            return _failed(f"the supplier of contracts answered what is not expected: {error}")
        is_accepted = answer.status == "Accepted"
        if is_accepted and not answer.exi_response:
            return _failed("the supplier of contracts: expected exiResponse with the contract")
        if not _is_base64(answer.exi_response):
            return _failed("the supplier of contracts: expected exiResponse in base64")
        cause = "" if is_accepted else answer.reason or "the supplier of contracts has refused"
        return VehicleCertificateReply(
            is_accepted=is_accepted, exi=answer.exi_response, cause=cause
        )


def _failed(cause: str) -> VehicleCertificateReply:
    return VehicleCertificateReply(is_accepted=False, cause=cause)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
