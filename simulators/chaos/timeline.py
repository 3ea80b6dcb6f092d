"""What happened when, for whoever wants to know what led to something."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

_MOST_NOTES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that happened.

    Attributes:
        is_fault: Whether it went wrong on purpose.
    """

    at: datetime
    words: str
    is_fault: bool


class Timeline:
    """Notes in order of time.

    Attributes:
        notes: All of them.
    """

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def fault(self, at: datetime, words: str) -> None:
        """Note that something goes wrong."""
        self._add(Note(at, words, is_fault=True))

    def happened(self, at: datetime, words: str) -> None:
        """Note anything else."""
        self._add(Note(at, words, is_fault=False))

    def faults_before(self, at: datetime, count: int) -> list[Note]:
        """The last faults up to an instant."""
        return [note for note in self.notes if note.is_fault and note.at <= at][-count:]

    def around(self, from_at: datetime, until: datetime) -> list[Note]:
        """All notes between two instants."""
        return [note for note in self.notes if from_at <= note.at <= until]

    def _add(self, note: Note) -> None:
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(note)
