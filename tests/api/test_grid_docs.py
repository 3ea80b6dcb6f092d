"""Examples in docs/grid.md can be sent, and its settings read."""

import json
import re
from pathlib import Path
from typing import Final

import pytest
import yaml

from csms.domain.grid_profile import BlockKind
from csms.service.grid_bodies import WantedBlocks
from csms.settings.grid_schema import GridCompanyModel
from tests.api.rig import Api
from tests.api.test_app import described

DOCS: Final = (Path(__file__).parents[2] / "docs" / "grid.md").read_text("utf-8")
REQUEST: Final = re.compile(
    r"curl(?: -X (\w+))? '?localhost:8080([^\s?]+)\S* -H \"[^\"]*\""
    r"(?: --json)?(?: \\\n  (?:--json )?'([^']*)')?"
)
EXAMPLES: Final = REQUEST.findall(DOCS)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == DOCS.count("curl ") == 8


@pytest.mark.parametrize(("method", "path", "body"), EXAMPLES)
async def test_example_can_be_sent(api: Api, method: str, path: str, body: str) -> None:
    paths = (await described(api))["paths"]
    plain = path.replace("fjordgata", "{site_id}").replace("intake", "{feeder_id}")
    plain = re.sub(r"blocks/\w+", "blocks/{kind}", plain)
    method = method.lower() or ("post" if body else "get")
    assert method in paths[plain]
    if method == "put":
        assert WantedBlocks.model_validate(json.loads(body)).wanted


def test_settings_can_be_read() -> None:
    said = DOCS.partition("```yaml\n")[2].partition("```")[0]
    [company] = yaml.safe_load(said)["grid_companies"]
    assert GridCompanyModel.model_validate(company).feeders == ["fjordgata/intake"]


def test_all_kinds_and_keys_are_named() -> None:
    for name in (*BlockKind, *GridCompanyModel.model_fields):
        assert f"`{name}`" in DOCS
