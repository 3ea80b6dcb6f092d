"""OCPP 1.6 §4.1, §3.9, §3.10, §7.2: a station asks whether a token may charge."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conformance.csms import Csms
from tests.conformance.v16.cases import CORE, case16
from tests.conformance.v16.states import ask, booted

pytestmark = pytest.mark.asyncio(loop_scope="session")


@case16("4.1 Authorize", CORE)
async def test_a_listed_token_is_accepted(guarded: Csms) -> None:
    """§4.1: the operator lists a token, and it may charge."""
    await guarded.list_token("A-LISTED", status="Accepted")
    async with booted(guarded) as (_, station):
        assert await ask(station, "A-LISTED") == {"status": "Accepted"}
        assert (await guarded.get("/tokens/A-LISTED"))["seen_at"] is not None


@case16("7.2 AuthorizationStatus", CORE, is_each=True)
@pytest.mark.parametrize("word", ["Blocked", "Expired", "Invalid", "ConcurrentTx"])
async def test_a_token_that_may_not_charge_is_refused_in_the_word_for_why(
    csms: Csms, word: str
) -> None:
    """§7.2: four words say why a token may not charge."""
    await csms.list_token(f"A-{word}", status=word)
    async with booted(csms) as (_, station):
        assert await ask(station, f"A-{word}") == {"status": word}


@case16("4.1 Authorize", CORE)
async def test_a_token_that_nobody_knows_is_invalid(guarded: Csms) -> None:
    """§4.1, §7.2: only listed tokens may charge, and this one is not."""
    async with booted(guarded) as (_, station):
        assert await ask(station, "A-STRANGER") == {"status": "Invalid"}


@case16("7.27 IdTagInfo, expiryDate", CORE)
async def test_a_token_is_accepted_until_it_expires(csms: Csms) -> None:
    """§7.27: a station may keep the verdict until then."""
    await csms.list_token("A-LASTING", expires_at="2099-12-31T12:00:00Z")
    async with booted(csms) as (_, station):
        verdict = await ask(station, "A-LASTING")
        assert verdict == {"status": "Accepted", "expiryDate": "2099-12-31T12:00:00Z"}


@case16("7.27 IdTagInfo, expiryDate", CORE)
async def test_a_token_that_was_good_until_yesterday_is_expired(csms: Csms) -> None:
    """§7.2: time has run out, whatever the list says."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await csms.list_token("A-OLD", status="Accepted", expires_at=yesterday.isoformat())
    async with booted(csms) as (_, station):
        assert (await ask(station, "A-OLD"))["status"] == "Expired"


@case16("3.10 Parent idTag", CORE)
async def test_tokens_of_a_group_have_the_same_parent(csms: Csms) -> None:
    """§3.10: by the parent a station knows that one may stop what the other has started."""
    for token in ("A-MOTHER", "A-FATHER"):
        await csms.list_token(token, group="A-FAMILY")
    async with booted(csms) as (_, station):
        for token in ("A-MOTHER", "A-FATHER"):
            verdict = await ask(station, token)
            assert verdict == {"status": "Accepted", "parentIdTag": "A-FAMILY"}


@case16("3.10 Parent idTag", CORE)
async def test_a_parent_is_not_by_itself_a_token(guarded: Csms) -> None:
    """§3.10: the group's name may be shared by all, and opens nothing."""
    await guarded.list_token("A-CHILD", group="A-ACCOUNT")
    async with booted(guarded) as (_, station):
        assert (await ask(station, "A-CHILD"))["status"] == "Accepted"
        assert (await ask(station, "A-ACCOUNT"))["status"] == "Invalid"


@case16("7.15 CiString20Type", CORE)
async def test_a_token_is_the_same_in_capitals_and_in_small_letters(csms: Csms) -> None:
    """§7.15, §7.28: the case of a token does not matter."""
    await csms.list_token("A-MIXEDcase", status="Blocked")
    async with booted(csms) as (_, station):
        assert (await ask(station, "a-mixedCASE"))["status"] == "Blocked"


@case16("3.9 ID Tokens", CORE)
async def test_a_token_may_be_any_text_of_twenty_characters(guarded: Csms) -> None:
    """§3.9: nothing is assumed of its form."""
    token = "one & only #1 {app}!"  # noqa: S105 - a token for the test
    assert len(token) == 20
    await guarded.list_token("one%20&%20only%20%231%20%7Bapp%7D!", status="Accepted")
    async with booted(guarded) as (_, station):
        assert (await ask(station, token))["status"] == "Accepted"
