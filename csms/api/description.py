"""What the framework does not read out of the routes itself: commands, problems, refusals."""

from typing import Any, Final, TypeAlias

from csms.api.command_body import describe_commands
from csms.api.errors import CONFLICT, describe_problems
from csms.api.examples import add_examples
from csms.api.idempotency import PARAMETER

Schema: TypeAlias = dict[str, Any]

_CHANGING: Final = frozenset({"post", "put", "patch", "delete"})


def complete(document: Schema) -> None:
    """Put into an OpenAPI document what is missing of it."""
    schemas = document["components"]["schemas"]
    schemas.update({**describe_commands(), **describe_problems(), **schemas})
    for item in document["paths"].values():
        for method, operation in item.items():
            if method in _CHANGING:
                operation["responses"].setdefault("409", CONFLICT)
                operation.setdefault("parameters", []).append(PARAMETER)
    add_examples(document)
