"""Errors of the library.

PlanningError
├── ProblemError      the problem contradicts itself; names the field
├── SolverError       the solver gave no usable answer
└── PlanViolation     a plan breaks a rule; it must not be sent
"""


class PlanningError(Exception):
    """Base of all errors of the library."""


class ProblemError(PlanningError):
    """A problem that cannot be planned.

    Attributes:
        field: Where it is wrong.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class SolverError(PlanningError):
    """The solver gave no usable answer, in time or at all."""


class PlanViolation(PlanningError):  # noqa: N818 - it is the field's word
    """A plan that breaks a rule.

    Attributes:
        violations: Each broken rule in a sentence.
    """

    def __init__(self, violations: tuple[str, ...]) -> None:
        super().__init__("; ".join(violations[:5]))
        self.violations = violations
