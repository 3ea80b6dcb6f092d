"""The server's settings file: where to listen, where to keep things, which sites."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from csms.domain.access import AccessMode
from csms.domain.errors import Fault
from csms.domain.loopback import is_loopback
from csms.domain.site import Site
from csms.settings.app_schema import AppModel, OcppModel
from csms.settings.grid_schema import wrong_grid
from csms.settings.mqtt_schema import wrong_mqtt
from csms.settings.site_file import read_site
from csms.settings.yaml_source import YamlSource, read_yaml

_NAMED: Final = 3
"""No more chargers than this are named where many are doubled."""


def read_app(path: Path) -> tuple[AppModel, tuple[Site, ...]]:
    """Read the server's settings and the site files that it names.

    Raises:
        SettingsError: Naming file, line, key and what was expected there.
    """
    return check_app(path, {})


def check_app(path: Path, others: Mapping[Path, Site]) -> tuple[AppModel, tuple[Site, ...]]:
    """Check the server's settings beside the site files that it names.

    Args:
        path: The server's settings.
        others: Sites that would stand in files in place of those that do; paths are resolved.

    Raises:
        SettingsError: Naming file, line, key and what was expected there.
    """
    source = read_yaml(path)
    model = source.parse(AppModel)
    files = [path.parent / name for name in model.sites]
    sites = tuple(others.get(file.resolve()) or read_site(file) for file in files)
    source.refuse(
        [
            *_doubled_names(source, sites),
            *_profiles_without_tls(source, model, sites),
            *_open_beyond_loopback(source, model),
            *wrong_mqtt(source, model.mqtt, sites),
            *wrong_grid(source, model.grid_companies, model.mqtt, sites),
        ]
    )
    return model, sites


def highest_profile(model: OcppModel) -> int:
    """The highest security profile that stations can come with."""
    if model.tls is None:
        return 1
    return 2 if model.tls.client_ca is None else 3


def app_schema() -> dict[str, Any]:
    """JSON Schema of the server's settings file, for editors."""
    return AppModel.model_json_schema()


def _profiles_without_tls(
    source: YamlSource, model: AppModel, sites: tuple[Site, ...]
) -> Iterator[Fault]:
    """A security profile that nobody could come with would lock stations out."""
    most = highest_profile(model.ocpp)
    needs = {2: "ocpp.tls", 3: "ocpp.tls with client_ca"}
    if (model.ocpp.security_profile or 0) > most:
        said = model.ocpp.security_profile or 0
        yield source.fault(("ocpp", "security_profile"), f"{said} needs {needs[said]}")
    for i, site in enumerate(sites):
        wanted = max(site.security.profile or 0, *site.security.by_station.values(), 0)
        if wanted > most:
            yield source.fault(
                ("sites", i), f"its security_profile {wanted:d} needs {needs[wanted]}"
            )


def _open_beyond_loopback(source: YamlSource, model: AppModel) -> Iterator[Fault]:
    """Passwords must not cross a network in the clear, and nobody's door stand open to it."""
    http = model.http
    if is_loopback(http.host):
        return
    if http.tls is None and not http.without_tls:
        expected = "expected loopback, or http.tls with a certificate and its key"
        proxy = "where a proxy with TLS stands before it, http.without_tls: true"
        yield source.fault(("http", "host"), f"{expected}; {proxy}; got {http.host!r}")
    if AccessMode(model.access) is AccessMode.OPEN:
        expected = f"expected login beyond loopback, got open with http.host {http.host!r}"
        yield source.fault(("access",), expected)


def _doubled_names(source: YamlSource, sites: tuple[Site, ...]) -> list[Fault]:
    """Two sites, or two chargers of different sites, must not share a name."""
    return [
        source.fault(("sites", i), message)
        for i, site in enumerate(sites)
        if (message := _doubled_name(source, site, sites[:i]))
    ]


def _doubled_name(source: YamlSource, site: Site, others: tuple[Site, ...]) -> str:
    """What a site shares with the first of those before it that it shares anything with."""
    for k, other in enumerate(others):
        file = source.values["sites"][k]
        if site.site_id == other.site_id:
            return f"expected another site, {site.site_id!r} is also in {file}"
        shared = sorted(site.station_ids & other.station_ids)
        if shared:
            names = ", ".join(repr(name) for name in shared[:_NAMED])
            more = f" and {len(shared) - _NAMED} more" if len(shared) > _NAMED else ""
            verb = "is" if len(shared) == 1 else "are"
            return f"expected chargers of its own, {names}{more} {verb} also in {file}"
    return ""
