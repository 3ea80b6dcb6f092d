"""What the settings file may say of grid companies, key by key."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from csms.domain.errors import Fault
from csms.domain.grid_company import FeederRef, GridCompany
from csms.domain.site import Site
from csms.settings.mqtt_schema import MqttModel
from csms.settings.yaml_source import KeyPath, YamlSource

_ROUNDING: Final = 1e-9


def _listed(said: object) -> object:
    return [said] if isinstance(said, str) else said


Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=48, pattern=r"^[^\s/:#?+$]+$")]
Feeder: TypeAlias = Annotated[
    str, Field(pattern=r"^[^\s/:#?]+/[^\s/:#?]+$", examples=["garage/main"])
]
"""A feeder of a site file: SITE/FEEDER."""
Hash: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Share: TypeAlias = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class GridGroupModel(_Model):
    """Feeders that a grid company limits together, whatever sites they are of."""

    id: Id
    shares: Annotated[dict[Feeder, Share], Field(min_length=1)] = Field(
        description="What part of a capacity each feeder may carry; at most 1 together"
    )


class GridCompanyModel(_Model):
    """A grid company that may send capacity profiles; docs/grid.md."""

    id: Id
    name: str = Field(default="", max_length=100, description="For people; default: its id")
    token_sha256: Annotated[
        Annotated[list[Hash], Field(max_length=4)],
        BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    ] = Field(
        default=[],
        description="SHA-256 of the token that it comes with, as `chargeflex grid token` prints "
        "it; several while one takes the place of another",
    )
    heartbeat_s: Annotated[float, Field(ge=10, le=86_400)] | None = Field(
        default=300.0,
        description="If nothing is heard of it for so long, its fallback blocks count; null: never",
    )
    feeders: list[Feeder] = Field(default=[], description="Which it may limit: SITE/FEEDER")
    groups: list[GridGroupModel] = []
    mqtt: bool = Field(
        default=False,
        description="Whether what the broker brings under its name is taken for its word; it "
        "proves itself to the broker alone",
    )


def grid_companies(models: Iterable[GridCompanyModel]) -> tuple[GridCompany, ...]:
    """The grid companies that the settings name."""
    return tuple(
        GridCompany(
            party_id=model.id,
            name=model.name or model.id,
            token_hashes=tuple(model.token_sha256),
            heartbeat_s=model.heartbeat_s,
            feeders=frozenset(map(_ref, model.feeders)),
            groups={
                group.id: {_ref(feeder): share for feeder, share in group.shares.items()}
                for group in model.groups
            },
            takes_mqtt=model.mqtt,
        )
        for model in models
    )


def wrong_grid(
    source: YamlSource,
    models: list[GridCompanyModel],
    mqtt: MqttModel | None,
    sites: tuple[Site, ...],
) -> Iterator[Fault]:
    """What is said of grid companies that cannot be, with the sites and the broker there are."""
    known = {str(FeederRef(site.site_id, one.feeder_id)) for site in sites for one in site.feeders}
    for i, model in enumerate(models):
        key: KeyPath = ("grid_companies", i)
        if model.id in (other.id for other in models[:i]):
            yield source.fault((*key, "id"), f"expected an id of its own, {model.id!r} is taken")
        others = {one for other in models[:i] for one in other.token_sha256}
        if others.intersection(model.token_sha256):
            yield source.fault((*key, "token_sha256"), "expected a token of its own")
        if not model.feeders and not model.groups:
            yield source.fault(key, "expected feeders or groups that it may limit")
        for k, feeder in enumerate(model.feeders):
            if feeder not in known:
                yield source.fault((*key, "feeders", k), _expected(known, feeder))
        yield from _wrong_groups(source, (*key, "groups"), model.groups, known)
        yield from _unreachable(source, key, model, mqtt)


def _wrong_groups(
    source: YamlSource, key: KeyPath, groups: list[GridGroupModel], known: set[str]
) -> Iterator[Fault]:
    for i, group in enumerate(groups):
        if group.id in (other.id for other in groups[:i]):
            yield source.fault((*key, i, "id"), f"expected an id of its own, {group.id!r} is taken")
        for feeder in group.shares:
            if feeder not in known:
                yield source.fault((*key, i, "shares", feeder), _expected(known, feeder))
        total = sum(group.shares.values())
        if total > 1 + _ROUNDING:
            yield source.fault((*key, i, "shares"), f"expected at most 1 together, got {total:g}")


def _unreachable(
    source: YamlSource, key: KeyPath, model: GridCompanyModel, mqtt: MqttModel | None
) -> Iterator[Fault]:
    if model.mqtt and (mqtt is None or not mqtt.orders):
        yield source.fault((*key, "mqtt"), "expected mqtt with `orders: true` in this file")
    if not model.mqtt and not model.token_sha256:
        yield source.fault(key, "expected token_sha256, or mqtt: true, to be let in")


def _expected(known: set[str], came: str) -> str:
    return f"expected one of {', '.join(sorted(known))}, got {came!r}"


def _ref(feeder: str) -> FeederRef:
    site_id, _, feeder_id = feeder.partition("/")
    return FeederRef(site_id, feeder_id)
