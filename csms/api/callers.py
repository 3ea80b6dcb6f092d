"""Who asks, as routes are told."""

from typing import Annotated

from fastapi import Depends

from csms.domain.access import Caller
from csms.service.caller import current_caller


async def _caller() -> Caller:
    return current_caller()


CallerNow = Annotated[Caller, Depends(_caller)]
