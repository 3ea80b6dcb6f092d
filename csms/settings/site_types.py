"""Types that keys of site files share."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=48, pattern=r"^[^\s/:#?]+$")]
Line: TypeAlias = Literal[1, 2, 3]
Lines: TypeAlias = Annotated[list[Line], Field(min_length=1, max_length=3)]
