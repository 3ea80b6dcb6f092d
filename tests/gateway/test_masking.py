import asyncio
import json
import logging

import pytest

from csms.domain.commands import SettingName, WriteSetting
from csms.gateway.masking import masked
from tests.gateway.rig import listening

SECRET = "Correct-Horse-Battery"  # noqa: S105 - to be tried


@pytest.mark.parametrize(
    "message",
    [
        '[2,"7","ChangeConfiguration",{"key":"AuthorizationKey","value":"x"}]',
        '[2,"7","SetVariables",{"variable":{"name":"BasicAuthPassword"},"attributeValue":"x"}]',
        b'[3,"7",{"configurationKey":[{"key":"AuthorizationKey","value":"x"}]}]',
        b'\xff "AuthorizationKey"',
    ],
)
def test_message_that_may_hold_a_password_is_not_shown(message: str | bytes) -> None:
    assert masked(message) == "(a message on passwords)"


@pytest.mark.parametrize("message", ['[2,"7","Heartbeat",{}]', b"[3]", b"\xff"])
def test_any_other_message_is_shown_as_it_is(message: str | bytes) -> None:
    assert masked(message) == message


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1"])
async def test_password_that_a_station_is_sent_is_in_no_log(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "csms")
    async with listening() as rig, rig.station("/ocpp/G-01", version) as station:
        command = WriteSetting(SettingName.BASIC_AUTH_PASSWORD, SECRET)
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(rig.registry.send("G-01", command))
            _, message_id, _, payload = await station.receive()
            assert SECRET in json.dumps(payload)
            await station.send([4, message_id, "InternalError", f"AuthorizationKey {SECRET}", {}])
        assert not sending.result().is_accepted
    assert "(a message on passwords)" in caplog.text
    assert SECRET not in caplog.text
