"""In which form and at which stack level a fallback stands at a station."""

from dataclasses import dataclass

from csms.domain.profile_form import ProfileForm, parse_form


@dataclass(frozen=True, slots=True)
class HeldFallback:
    """A fallback as a station has taken it."""

    form: ProfileForm
    level: int

    def __str__(self) -> str:
        return f"{self.level} {self.form}"


def parse_held(text: str) -> HeldFallback:
    """Read a fallback as it is written."""
    level, _, form = text.partition(" ")
    return HeldFallback(parse_form(form), int(level))
