"""The Grafana dashboard that is shipped asks for metrics that there are."""

import json
import re
from pathlib import Path
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

from tests.api.rig import Api

_DASHBOARD: Final = Path(__file__).resolve().parents[2] / "config" / "grafana" / "chargeflex.json"
_METRIC: Final = re.compile(r"\b(?:chargeflex|process|python)_\w+")


async def test_every_metric_of_the_dashboard_is_told(api: Api) -> None:
    dashboard = json.loads(_DASHBOARD.read_text(encoding="utf-8"))
    queries = [
        target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())
    ]
    asked = {name for query in queries for name in _METRIC.findall(query)}
    families = text_string_to_metric_families((await api.client.get("/metrics")).text)
    told = {one.name for one in families}
    ending = re.compile("_(bucket|count|sum|total)$")
    assert {ending.sub("", name) for name in asked} <= told
    assert len(queries) > 15
