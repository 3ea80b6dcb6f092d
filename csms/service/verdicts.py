"""What came of a limit, by what came of its command."""

from csms.domain.commands import Outcome
from csms.domain.limits import Verdict


def verdict_of(outcome: Outcome) -> Verdict:
    """What came of a limit, by what came of its command."""
    if outcome.is_accepted:
        return Verdict.ACCEPTED
    return Verdict.REFUSED if outcome.is_certain else Verdict.UNCERTAIN
