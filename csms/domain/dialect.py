"""Dialects: how a make of station takes charging profiles, as far as that has been found out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from csms.domain.charging_profile import ProfilePurpose
from csms.domain.identity import StationId
from csms.domain.profile_form import ProfileForm, Slot
from csms.domain.station import Capabilities, StationModel

_REFUSALS: Final = 1
"""A form that was refused so often is not tried any more."""
_REFUSALS_OF_TX: Final = 2
"""Of a transaction's limit once may have been because it was just over."""
_SOME: Final = 2
"""What so many stations of a make ignore is what all of them do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationMake:
    """What stations have in common that behave alike. Another firmware is another make."""

    protocol: str
    vendor: str
    model: str
    firmware: str


def make_of(model: StationModel, protocol: str | None) -> StationMake | None:
    """The make of a station as it introduces itself, None if it has not said what it speaks."""
    if protocol is None:
        return None
    return StationMake(
        protocol=protocol,
        vendor=model.vendor,
        model=model.model,
        firmware=model.firmware or "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRecord:
    """What stations of a make have made of a form.

    Attributes:
        is_accepted: One of them has taken it.
        is_sure: One of them was seen to follow it, by its meter or its composite schedule.
        refusals: How often it was refused without ever having been taken.
        ignored_by: Stations that took it and did not follow it.
        detail: Their words for the last refusal.
    """

    is_accepted: bool = False
    is_sure: bool = False
    refusals: int = 0
    ignored_by: frozenset[StationId] = frozenset()
    detail: str = ""


_NOTHING: Final = FormRecord()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a make of station takes charging profiles.

    Attributes:
        told: What one of them told of itself, None if none has yet.
        reads_back: Whether its composite schedules can be believed; None: it was not asked.
        keeps: Whether it keeps its fallback while it is without power; None: that was not seen.
        records: By form, what came of it.
    """

    told: Capabilities | None = None
    reads_back: bool | None = None
    keeps: bool | None = None
    records: Mapping[ProfileForm, FormRecord] = field(default_factory=dict)

    def of(self, form: ProfileForm) -> FormRecord:
        """What is known of a form."""
        return self.records.get(form, _NOTHING)

    def is_open(self, form: ProfileForm, station_id: StationId) -> bool:
        """Whether a form is worth a try with a station."""
        record = self.of(form)
        is_refused = record.refusals >= _enough(form) and not record.is_accepted
        return not is_refused and not self._is_ignored(form.slot, station_id)

    def is_sure_of(self, slot: Slot) -> bool:
        """Whether a station was seen to follow what is written to a slot."""
        return any(record.is_sure for form, record in self.records.items() if form.slot == slot)

    def accepted(self, form: ProfileForm) -> "Dialect":
        """A station has taken a form."""
        return self._with(form, replace(self.of(form), is_accepted=True, refusals=0, detail=""))

    def refused(self, form: ProfileForm, detail: str) -> "Dialect":
        """A station has refused a form. Of one that others have taken it says nothing."""
        record = self.of(form)
        if record.is_accepted or record.refusals >= _enough(form):
            return self
        return self._with(form, replace(record, refusals=record.refusals + 1, detail=detail))

    def followed(self, form: ProfileForm) -> "Dialect":
        """A station was seen to follow a form."""
        return self._with(form, replace(self.of(form), is_sure=True))

    def ignored(self, form: ProfileForm, station_id: StationId) -> "Dialect":
        """A station has taken a form and does not follow it."""
        record = self.of(form)
        return self._with(form, replace(record, ignored_by=record.ignored_by | {station_id}))

    def pardoned(self, station_id: StationId) -> "Dialect":
        """What a station seemed to ignore it does not: it only tells so."""
        records = {
            form: replace(record, ignored_by=record.ignored_by - {station_id})
            for form, record in self.records.items()
        }
        return replace(self, records=records)

    def _is_ignored(self, slot: Slot, station_id: StationId) -> bool:
        """How a limit is written hardly matters to who ignores it: it is the slot that does."""
        by: set[StationId] = set()
        for form, record in self.records.items():
            if form.slot == slot:
                by |= record.ignored_by
        return station_id in by or len(by) >= _SOME

    def _with(self, form: ProfileForm, record: FormRecord) -> "Dialect":
        if self.of(form) == record:
            return self
        return replace(self, records={**self.records, form: record})


def _enough(form: ProfileForm) -> int:
    return _REFUSALS_OF_TX if form.purpose is ProfilePurpose.TX else _REFUSALS
