"""How a study's report looks, in a light and in a dark room, on paper and on a telephone."""

from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --paper: #fbfaf8; --card: #ffffff; --ink: #1c1f24;
  --soft: #5b6470; --edge: #dcdfe4; --ours: #1f5fd0; --other: #8b95a3; --bound: #b7791f;
  --good: #15803d; --bad: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --card: #1b1f25; --ink: #eceff3;
  --soft: #9aa4b2; --edge: #323842; --ours: #6ea8ff; --other: #7d8794; --bound: #e0a94a;
  --good: #4ade80; --bad: #f87171; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 0.25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 0.5rem; }
p { margin: 0.4rem 0; } .soft { color: var(--soft); }
.lead { font-size: 1.1rem; }
section { background: var(--card); border: 1px solid var(--edge); border-radius: 10px;
  padding: 1rem 1.1rem; overflow-x: auto; }
svg { display: block; width: 100%; min-width: 34rem; height: auto; }
svg text { font-size: 14px; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .label, svg .level { text-anchor: end; } svg .tick { text-anchor: middle; }
svg .tick, svg .level, svg .unit { fill: var(--soft); font-size: 12px; }
svg .group { font-weight: 600; } svg .value { font-weight: 600; }
svg .grid { stroke: var(--edge); stroke-width: 1; }
svg .bar.ours { fill: var(--ours); } svg .bar.other { fill: var(--other); }
svg .bar.bound { fill: none; stroke: var(--bound); stroke-width: 2; }
svg .whisker { stroke: var(--ink); stroke-width: 1.5; fill: none; }
svg .curve { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
svg .curve.ours { stroke: var(--ours); } svg .curve.guess { stroke: var(--ours); }
svg .curve.guess { stroke-dasharray: 6 4; }
svg .curve.other { stroke: var(--other); } svg .curve.bound { stroke: var(--bound); }
svg .end.ours, svg .end.guess { fill: var(--ours); } svg .end.bound { fill: var(--bound); }
svg .end.other { fill: var(--soft); }
svg .goal { stroke: var(--ink); stroke-dasharray: 2 3; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.6rem; text-align: right; border-bottom: 1px solid var(--edge);
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } th { color: var(--soft); font-weight: 500; }
.good { color: var(--good); } .bad { color: var(--bad); }
@media print { body { max-width: none; } section { break-inside: avoid; } }
"""
