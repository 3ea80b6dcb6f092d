"""What a station's local list holds after it was told something."""

from csms.domain.authorization import Authorization, IdToken, TokenStatus
from csms.domain.commands import ListEntry, ListUpdate, SendLocalList
from csms.domain.local_list import LocalList

GOOD = Authorization(status=TokenStatus.ACCEPTED)
A, B, C = IdToken("A"), IdToken("B"), IdToken("C")


def full(version: int, *tokens: IdToken) -> SendLocalList:
    entries = tuple(ListEntry(id_token=token, verdict=GOOD) for token in tokens)
    return SendLocalList(version=version, entries=entries)


def test_full_list_replaces_what_was_held() -> None:
    held = LocalList().after(full(1, A, B)).after(full(2, C))
    assert held == LocalList(version=2, tokens=(C,))


def test_differential_list_adds_and_takes_off() -> None:
    update = SendLocalList(
        version=2,
        update=ListUpdate.DIFFERENTIAL,
        entries=(ListEntry(id_token=C, verdict=GOOD), ListEntry(id_token=IdToken("a"))),
    )
    assert LocalList().after(full(1, A, B)).after(update) == LocalList(version=2, tokens=(B, C))


def test_empty_full_list_removes_it() -> None:
    assert LocalList().after(full(1, A)).after(SendLocalList(version=2)) == LocalList()


def test_token_is_taken_off_by_an_update_with_the_next_version() -> None:
    held = LocalList().after(full(7, A, B))
    assert held.without(IdToken("b")) == SendLocalList(
        version=8, update=ListUpdate.DIFFERENTIAL, entries=(ListEntry(id_token=B),)
    )


def test_token_that_is_not_on_the_list_needs_no_update() -> None:
    assert LocalList().after(full(7, A)).without(B) is None
