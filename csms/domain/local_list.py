"""The list of tokens that a station may accept by itself, as it was last told."""

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
