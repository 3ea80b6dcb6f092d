"""The systems under test for OCPP 1.6: their stations are not those of the other cases."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from csms.gateway.server import GatewaySettings
from csms.pki.authority import FolderAuthority
from csms.pki.own_authority import CaSettings, IssuerSettings
from tests.conformance.csms import Csms, running_csms
from tests.conformance.v16.signing import OPERATOR


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def csms(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Csms]:
    """The system under test."""
    async with running_csms(tmp_path_factory.mktemp("csms-16")) as system:
        yield system


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hasty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Csms]:
    """Another one, where a call times out after two seconds."""
    gateway = GatewaySettings(call_timeout_s=2.0)
    async with running_csms(tmp_path_factory.mktemp("hasty"), gateway=gateway) as system:
        yield system


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def signing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Csms]:
    """Another one, with a certificate authority."""
    folder = tmp_path_factory.mktemp("signing")
    authority = folder / "ca"
    FolderAuthority.create(authority, OPERATOR, datetime.now(UTC))
    async with running_csms(
        folder, ca=CaSettings(station=IssuerSettings(folder=authority))
    ) as system:
        yield system
