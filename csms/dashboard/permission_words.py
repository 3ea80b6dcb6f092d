"""Roles, and what each permission allows, in words."""

from collections.abc import Mapping
from typing import Final

from csms.domain.access import Permission, Role
from csms.language.said import Said

ROLE_WORDS: Final[Mapping[Role, str]] = {
    Role.ADMIN: Said("Admin"),
    Role.OPERATOR: Said("Operator"),
    Role.VIEWER: Said("Viewer"),
    Role.RESIDENT: Said("Resident"),
    Role.GRID_COMPANY: Said("Grid company"),
}
PERMISSION_WORDS: Final[Mapping[Permission, str]] = {
    Permission.USE_ACCOUNT: Said("Log in, and change one's own password"),
    Permission.VIEW_SITE: Said("See sites, their plans, forecasts, prices and limits"),
    Permission.VIEW_STATION: Said("See chargers, and what they have told"),
    Permission.VIEW_TRANSACTION: Said("See transactions; id tokens are masked"),
    Permission.VIEW_METRICS: Said("Read metrics"),
    Permission.EXPORT: Said("Export measurements and transactions, with id tokens"),
    Permission.VIEW_MESSAGE: Said("Read messages of chargers"),
    Permission.VIEW_TOKEN: Said("See the list of id tokens"),
    Permission.VIEW_SECURITY: Said("See how chargers prove who they are, and security events"),
    Permission.STATE_NEED: Said("State what vehicles need"),
    Permission.IMPOSE_LIMIT: Said("Limit feeders"),
    Permission.SEND_COMMAND: Said("Send commands to chargers"),
    Permission.MANAGE_STATION: Said("Adopt, remove and set up chargers"),
    Permission.EDIT_TOKEN: Said("Change the list of id tokens, and what is learned of drivers"),
    Permission.REPORT_READING: Said("Report what meters and batteries show"),
    Permission.SET_PRICE: Said("Tell prices"),
    Permission.SET_TIMETABLE: Said("Say when vehicles of fleets leave"),
    Permission.MAKE_KEY: Said("Make API keys for oneself"),
    Permission.MANAGE_SECURITY: Said("Set chargers' passwords and profiles, revoke certificates"),
    Permission.EDIT_SITE: Said("Change what a site's file says"),
    Permission.VIEW_AUDIT: Said("Read the audit log"),
    Permission.MANAGE_USER: Said("Manage users, and everybody's API keys"),
    Permission.USE_OWN: Said("See and steer what one's own id tokens charge"),
    Permission.USE_GRID: Said("Be a grid company: limit its feeders, and ask for flexibility"),
}
