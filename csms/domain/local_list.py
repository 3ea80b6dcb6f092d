"""The list of tokens that a station may accept by itself, as it was last told."""

from collections.abc import Sequence
from dataclasses import dataclass

from csms.domain.authorization import IdToken
from csms.domain.commands import ListEntry, ListUpdate, SendLocalList


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalList:
    """What a station holds. Version 0: nothing.

    Attributes:
        tokens: In the order of their keys.
    """

    version: int = 0
    tokens: tuple[IdToken, ...] = ()

    def after(self, update: SendLocalList) -> "LocalList":
        """What it holds once it has taken an update (1.6 §5.15, 2.0.1 D01)."""
        held = {} if update.update is ListUpdate.FULL else {one.key: one for one in self.tokens}
        for entry in update.entries:
            if entry.verdict is None:
                held.pop(entry.id_token.key, None)
            else:
                held[entry.id_token.key] = entry.id_token
        is_removed = update.update is ListUpdate.FULL and not update.entries
        tokens = tuple(held[key] for key in sorted(held))
        return LocalList(version=0 if is_removed else update.version, tokens=tokens)

    def without(self, token: IdToken) -> SendLocalList | None:
        """The update that takes a token off the list, None if it is not on it."""
        if token not in self.tokens:
            return None
        return SendLocalList(
            version=self.version + 1,
            update=ListUpdate.DIFFERENTIAL,
            entries=(ListEntry(id_token=token),),
        )


def in_portions(
    update: SendLocalList, portions: Sequence[tuple[ListEntry, ...]]
) -> tuple[SendLocalList, ...]:
    """An update as several messages: what replaces the list comes first, the others add to it.

    Each has a higher version than the one before (2.0.1 D01.FR.15, FR.19). The last one of a full
    list has the version that is wanted, if there are as many below it; the first one of changes
    has it, as it has to be above what the station holds.
    """
    first = update.version
    if update.update is ListUpdate.FULL:
        first = max(update.version - len(portions) + 1, 1)
    return tuple(
        SendLocalList(
            version=first + place,
            update=ListUpdate.DIFFERENTIAL if place else update.update,
            entries=entries,
        )
        for place, entries in enumerate(portions)
    )
