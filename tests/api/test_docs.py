"""Examples in the docs are requests that can be sent."""

import re
from pathlib import Path
from typing import Final

import pytest

from csms.api.command_body import read_bulk, read_command
from csms.api.errors import InvalidBodyError
from csms.domain.notice_kinds import NoticeKind
from tests.api.rig import Api
from tests.api.test_app import described

DOCS: Final = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
REQUEST: Final = re.compile(
    r"curl -s '?http://127\.0\.0\.1:8080(\S+?)'?(?: -H '[^']*')*(?: \\\n  --json '([^']*)')?\n"
)
EXAMPLES: Final = REQUEST.findall(DOCS)
WRONG: Final = '"gentle"'


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == DOCS.count("curl -s ") == 23


@pytest.mark.parametrize(("path", "body"), EXAMPLES)
async def test_example_can_be_sent(api: Api, path: str, body: str) -> None:
    paths = (await described(api))["paths"]
    plain = path.partition("?")[0].replace("G-01", "{station_id}")
    plain = plain.replace("garage", "{site_id}")
    plain = re.sub(r"/jobs/\d+", "/jobs/{number}", plain)
    assert ("post" if body else "get") in paths[plain]
    if WRONG in body:
        with pytest.raises(InvalidBodyError, match="Invalid enum value 'gentle'"):
            read_command(body.encode())
    elif body:
        (read_bulk if path.endswith("v1/commands") else read_command)(body.encode())


def test_all_kinds_of_notices_are_named() -> None:
    listed = DOCS.partition("Kinds of notices: ")[2].partition(". They")[0]
    assert re.findall("`(.*?)`", listed) == [kind.value for kind in NoticeKind]
