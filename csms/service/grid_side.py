"""All that there is for grid companies, as one part of the system."""

import asyncio
from collections.abc import Iterable

from csms.clock import Clock
from csms.domain.grid_company import GridCompany
from csms.service.agreements import Agreements
from csms.service.flexibility import FlexibilityDesk
from csms.service.grid_desk import GridDesk
from csms.service.grid_outlook import NewestPlan
from csms.service.grid_parties import GridParties
from csms.service.grid_profiles import GridProfiles
from csms.service.grid_proof import GridProof
from csms.service.ports import Planner
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork


class GridSide:
    """Takes what grid companies send, keeps it in force, and records how it was kept to.

    Args:
        companies: As the settings name them.
        sites: All sites.
        newest: Finds a site's newest plan.
        open_uow: Opens units of work.
        planner: Makes plans, off the event loop.
        clock: The time.

    Attributes:
        desk: Answers them.
        profiles: What they have sent, in force.
        flexibility: Finds out what feeders can shed and take.
        agreements: Lets them take what is on offer.
    """

    def __init__(
        self,
        companies: Iterable[GridCompany],
        sites: Sites,
        newest: NewestPlan,
        open_uow: OpenUnitOfWork,
        planner: Planner,
        clock: Clock,
    ) -> None:
        parties = GridParties(companies)
        self.profiles = GridProfiles(parties, sites, open_uow, clock)
        self.desk = GridDesk(self.profiles, sites, newest, clock)
        self.flexibility = FlexibilityDesk(sites, newest, planner)
        self.agreements = Agreements(self.flexibility, self.profiles, sites, open_uow, clock)
        self._proof = GridProof(parties, sites, open_uow, clock)

    async def load(self) -> None:
        """Go on with what was known before the start."""
        await self.profiles.load()
        await self._proof.load()

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.profiles.run())
            tasks.create_task(self._proof.run())

    async def keep(self) -> None:
        """Write down what was seen last."""
        await self._proof.keep()
