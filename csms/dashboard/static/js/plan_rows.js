/** The rows of the plan's map: connectors first, then what else draws and gives. */

import { amps, tenths } from "./format.js";
import { say } from "./words.js";

const SHORT_WH = 50;
const OFF_W = 50;

/**
 * Rows of `{ key, values, most, until, leaves, lacks, tell(slot), why }`.
 *
 * `values` are amperes or watts by slot, below 0 where something is given; `most` is what full
 * colour means. Connectors that lack most come first, then those that leave first.
 */
export function rowsOf(outlook) {
  const end = outlook.edges.at(-1);
  const mostA = Math.max(...Object.values(outlook.evses).map(({ max_a: max }) => max), 1);
  const connectors = Object.entries(outlook.evses)
    .map(([key, evse]) => connector(key, evse, mostA, end))
    .sort((one, other) => other.lacks - one.lacks || one.leaves - other.leaves);
  return [...connectors, ...Object.values(outlook.resources ?? {}).map((one) => resource(one, end))];
}

function connector(key, evse, most, end) {
  const leaves = Date.parse(evse.departs_at) / 1000;
  const lacks = evse.short_wh >= SHORT_WH ? evse.short_wh : 0;
  return {
    key,
    values: evse.limits_a,
    most,
    until: Math.min(leaves, end),
    leaves,
    lacks,
    tell: (slot) => say("%(amps)s of %(limit)s A", { amps: amps(evse.limits_a[slot]), limit: amps(evse.max_a) }) + missing(lacks),
    why: evse.why_short || evse.reason,
  };
}

function missing(wh) {
  return wh ? `, ${say("lacks %(kwh)s kWh", { kwh: tenths(wh / 1000) })}` : "";
}

function resource({ name, power_w: power, most_w: most, why }, end) {
  return { key: name, values: power, most, until: end, leaves: Infinity, lacks: 0, isOther: true, tell: (slot) => does(power[slot]), why };
}

function does(watts) {
  if (watts === undefined) return say("not planned");
  if (Math.abs(watts) < OFF_W) return say("off");
  const kw = tenths(Math.abs(watts) / 1000);
  return watts < 0 ? say("gives %(kw)s kW", { kw }) : say("draws %(kw)s kW", { kw });
}
