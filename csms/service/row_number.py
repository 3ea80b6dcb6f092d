"""Numbers under which rows are kept, as they are named from outside."""

from typing import Annotated, Final, TypeAlias

from pydantic import Field

LARGEST_NUMBER: Final = 2**31 - 1
"""What a number holds in every database; no row can have a larger one."""

RowNumber: TypeAlias = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
BeforeNumber: TypeAlias = Annotated[
    int | None,
    Field(ge=0, le=LARGEST_NUMBER, description="The last number of the page before"),
]
"""Where a page of a list begins that goes from the newest number down; None: with the newest."""
