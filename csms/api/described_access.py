"""What the description of the API says of who may ask for what."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from csms.api.route_rules import RULES, Place, Rule
from csms.domain.access import Permission
from csms.service.logins import cookie_name

Schema: TypeAlias = dict[str, Any]

_CONVERTER: Final = re.compile(r":\w+(?=\})")
_KEY: Final = "API key"
_LOGIN: Final = "login"
_GRID: Final = "grid company"
"""Its scheme is described by the routes of grid companies themselves."""
_SCHEMES: Final[Mapping[str, Schema]] = {
    _KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of a user, made on the page, by POST /api/v1/keys or by "
        "`chargeflex user key`; its scopes are permissions",
    },
    _LOGIN: {
        "type": "apiKey",
        "in": "cookie",
        "name": cookie_name(is_encrypted=False),
        "description": "The cookie of a login, with TLS "
        f"`{cookie_name(is_encrypted=True)}`; what changes anything has to come from a page of "
        "this server (`Origin`)",
    },
}
_PLACES: Final[Mapping[Place, str]] = {
    Place.NOWHERE: "",
    Place.EVERYWHERE: " at all sites",
    Place.QUERY: " at the site that is asked for; at all sites, if none is named",
    Place.BODY: " at the sites of all stations",
}


def describe_access(document: Schema) -> None:
    """Put into an OpenAPI document what each operation needs."""
    document["components"].setdefault("securitySchemes", {}).update(_SCHEMES)
    rules = {_CONVERTER.sub("", route): rule for route, rule in RULES.items()}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _describe(operation, rules[f"{method.upper()} {path}"])


def _describe(operation: Schema, rule: Rule) -> None:
    if rule.permission is None:
        operation["security"] = []
        return
    names = (_GRID, _KEY, _LOGIN) if rule.permission is Permission.USE_GRID else (_KEY, _LOGIN)
    operation["security"] = [{name: []} for name in names]
    needed = f"Needs the permission `{rule.permission}`{_PLACES.get(rule.place, ' at the site')}."
    operation["description"] = f"{operation.get('description', '')}\n\n{needed}".strip()
