"""What offers flexibility, as the system puts it together."""

from csms.service.agreements import Agreements
from csms.service.control_room import ControlRoom
from csms.service.flexibility import FlexibilityDesk
from csms.service.offer_desk import OfferDesk
from csms.service.ports import Planner
from csms.storage.queries import Queries
from tests.service.rig import Office


def offers_of(office: Office, room: ControlRoom, planner: Planner) -> OfferDesk:
    """Offers from the newest plans of an office's sites."""
    found = FlexibilityDesk(office.sites, room.newest, planner)
    agreements = Agreements(found, office.profiles, office.sites, office.open_uow, office.clock)
    return OfferDesk(found, agreements, Queries(office.database))
