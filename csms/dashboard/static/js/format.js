/** Figures and times as the page shows them; `csms/dashboard/words.py` says the same when it prints. */

export const NOTHING = "\u2013";

/** How a feeder's limit stands on its bars: what lies beyond it must be seen. */
export const LIMIT_PCT = 90;

const LEVEL_WORDS = { overcommitted: "More may be drawn than the limit", over: "Over its limit" };
const PARTY_WORDS = { operator: "the operator", grid_company: "the grid company" };
const TIMES = "\u00d7";
const SOURCE_WORDS = {
  stated: "stated",
  timetable: "by timetable",
  forecast: "forecast",
  history: "from history",
  assumed: "assumed",
};
const SOON_MS = 20 * 3600_000;
const THIS_WEEK_MS = 6 * 24 * 3600_000;
const clocks = new Map();

/** Write a figure with one decimal. */
export function tenths(value) {
  const text = value.toFixed(1);
  return text === "-0.0" ? "0.0" : text.replace("-", "\u2212");
}

/** Write the price of an instant, and that it is assumed where nobody has told it. */
export function priceWords({ t, unit, is_assumed: assumed }, at, price) {
  if (price === null || price === undefined) return NOTHING;
  const text = price.toFixed(unit.startsWith("g/") ? 0 : 2).replace("-", "\u2212");
  return `${text} ${unit}${assumed[t.findLastIndex((start) => start <= at)] ? " (assumed)" : ""}`;
}

/** Write W as kW, or Wh as kWh. */
export function kilo(value) {
  return tenths(value / 1000);
}

/** Write a limit: a decimal only where there is one. */
export function amps(value) {
  return tenths(value).replace(/\.0$/, "");
}

/** A part as an SVG length; never more than all there is. */
export function share(part, whole, fullPct = 100) {
  const pct = whole ? (part / whole) * fullPct : 0;
  return `${Math.min(Math.max(pct, 0), 100).toFixed(1)}%`;
}

/** Write a time of day with its seconds. */
export function second(at, zone) {
  return clock(zone, "second").format(at);
}

/** Write a day, and a time of it with its seconds. */
export function dayAndSecond(at, zone) {
  const part = Object.fromEntries(clock(zone, "day").formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`;
}

/** What the guard of the limits did last. */
export function guardLast(event, zone) {
  return event ? `Last: ${event.title}, ${dayAndSecond(new Date(event.at), zone)}` : "";
}

/** What a connector draws if it falls silent, and until when it may be more. */
export function silentLine(evse, zone, now) {
  const most = `it draws at most ${amps(evse.fallback_a)} A`;
  if (evse.fallback_from === null) return most;
  const until = minute(new Date(evse.fallback_from), zone, now);
  return `${most}; until ${until} its last limit may let it draw more`;
}

/** Write a time of day, with the weekday where it is not near `now`. */
export function minute(at, zone, now) {
  return clock(zone, at - now < SOON_MS ? "minute" : "weekday").format(at).replace(",", "");
}

/** Write an instant that may be far away: with the date where a weekday would not tell it. */
export function moment(at, zone, now) {
  return at - now < THIS_WEEK_MS ? minute(at, zone, now) : clock(zone, "date").format(at);
}

/** Where a need is known from, and how far it is sure. */
export function knownFrom(need, zone, now) {
  const [energy, departs] = [need.energy_between_wh, need.departs_between];
  const parts = [
    energy && `${kilo(energy[0])} to ${kilo(energy[1])} kWh`,
    departs && `leaves ${departs.map((at) => minute(new Date(at), zone, now)).join(" to ")}`,
  ].filter(Boolean);
  const [of, from] = [need.energy_source, need.departure_source].map((one) => SOURCE_WORDS[one]);
  const source = of && from ? `energy ${of}, departure ${from}` : SOURCE_WORDS[need.source];
  return parts.length ? `${source}, eight in ten: ${parts.join(" \u00b7 ")}` : source;
}

/** What a vehicle has got, of what it needs and by when. */
export function energyLine(evse, zone, now) {
  const got = evse.energy_wh === null ? null : kilo(evse.energy_wh);
  if (evse.need === null) return got === null ? "" : `${got} kWh`;
  const by = minute(new Date(evse.need.departs_at), zone, now);
  return `${got ?? NOTHING} of ${amps(evse.need.energy_wh / 1000)} kWh by ${by}, ${SOURCE_WORDS[evse.need.source]}`;
}

/** What has to be said of a feeder beside its bars. */
export function feederNote(feeder) {
  const source = feeder.uncontrolled_source;
  const rising = feeder.rising_a && `Room comes back gradually: up to ${amps(Math.min(...feeder.rising_a))} A now`;
  return [LEVEL_WORDS[feeder.level], rising, source && `Building load: ${source}`].filter(Boolean).join(" \u00b7 ");
}

/** Write a limit by line, once where all are the same. */
export function limitWords(limitA) {
  const figures = limitA.map(amps);
  return new Set(figures).size === 1 ? `3 ${TIMES} ${figures[0]} A` : `${figures.join(" / ")} A`;
}

/** By whom a feeder is limited, to what, until when and why. */
export function limitLine(limit, zone, now) {
  const [from, until] = [limit.from_at, limit.until_at].map((at) => at && new Date(at));
  const begins = from > now ? ` from ${moment(from, zone, now)}` : "";
  const ends = until ? `until ${moment(until, zone, now)}` : "until it is lifted";
  const why = limit.words ? `: ${limit.words}` : "";
  return `Limited to ${limitWords(limit.amps)} by ${limit.by || PARTY_WORDS[limit.party]}${begins} ${ends}${why}`;
}

/** When and how the newest plan was made, and when the next is due. */
export function planLine(plan, zone, now) {
  if (plan === null) return "The first plan is being made";
  const made = second(new Date(plan.made_at), zone);
  const next = minute(new Date(plan.next_at), zone, now);
  if (plan.is_heuristic) return `Planned ${made} by the fallback rule because ${plan.detail}, next at ${next}`;
  return `Planned ${made} by the optimiser in ${plan.solve_ms.toFixed(0)} ms, next at ${next}`;
}

/** What will be short by the newest plan. */
export function shortLine(plan) {
  if (plan === null) return "No plan yet";
  if (!isShort(plan)) return "Everyone gets what they need";
  return `${kilo(plan.short_wh)} kWh short, ${kilo(plan.expected_wh)} kWh planned`;
}

/** Whether somebody will get noticeably less than needed. */
export function isShort(plan) {
  return plan !== null && kilo(plan.short_wh) !== "0.0";
}

function clock(zone, precision) {
  const key = `${zone} ${precision}`;
  if (!clocks.has(key)) {
    const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
    if (precision === "day") Object.assign(parts, { year: "numeric", month: "2-digit", day: "2-digit" });
    if (precision === "second" || precision === "day") parts.second = "2-digit";
    if (precision === "weekday") parts.weekday = "short";
    if (precision === "date") Object.assign(parts, { year: "numeric", month: "2-digit", day: "2-digit" });
    clocks.set(key, new Intl.DateTimeFormat(precision === "date" ? "sv-SE" : "en-GB", parts));
  }
  return clocks.get(key);
}
