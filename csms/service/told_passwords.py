"""Outcomes without the passwords that some stations tell whoever asks."""

from typing import TypeVar

from csms.domain.altered import altered
from csms.domain.commands import Outcome, SettingsOutcome, VariablesOutcome
from csms.domain.password import PASSWORD_SETTINGS
from csms.domain.redaction import SECRET_VARIABLES

OutcomeT = TypeVar("OutcomeT", bound=Outcome)


def without_passwords(outcome: OutcomeT) -> OutcomeT:
    """An outcome without passwords and keys."""
    if isinstance(outcome, SettingsOutcome):
        told = outcome.values.items()
        values = {name: value for name, value in told if name.lower() not in PASSWORD_SETTINGS}
        return altered(outcome, values=values)
    if isinstance(outcome, VariablesOutcome):
        results = tuple(
            altered(one, value=None) if one.variable.name.lower() in SECRET_VARIABLES else one
            for one in outcome.results
        )
        return altered(outcome, results=results)
    return outcome
