"""Reports that come in parts, put together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from csms.domain.notice_kinds import REPORT_KINDS

Part: TypeAlias = Mapping[str, Any]
"""A notice as it was looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that has come of a report.

    Attributes:
        parts: In order, each once.
        missing: Numbers of parts that have not come, though later ones have.
        is_complete: Whether all is there, the last part included.
    """

    parts: tuple[Part, ...]
    missing: tuple[int, ...]
    is_complete: bool


def assemble(told: Iterable[Part]) -> Report:
    """Put a report together from all that was told under its job's number, in order of coming.

    A part that came twice counts once, as it was told last. Some reports number their parts from 0
    on (OCPP 2.0.1 B07, N02, N09), others do not (K09, O03).
    """
    parts = [part for part in told if part["kind"] in REPORT_KINDS]
    numbered = {part["seq_no"]: part for part in parts if part["seq_no"] is not None}
    missing: Sequence[int] = ()
    if numbered:
        parts = [numbered[number] for number in sorted(numbered)]
        missing = [number for number in range(max(numbered)) if number not in numbered]
    is_ended = bool(parts) and not parts[-1]["body"]["has_more"]
    return Report(parts=tuple(parts), missing=tuple(missing), is_complete=is_ended and not missing)
