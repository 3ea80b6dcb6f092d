/** Figures and times as the page shows them; `csms/dashboard/words.py` says the same when it prints. */

import { isNorwegian, say, sayCount } from "./words.js";

export const NOTHING = "\u2013";

/** How a feeder's limit stands on its bars: what lies beyond it must be seen. */
export const LIMIT_PCT = 90;

const LEVEL_WORDS = { overcommitted: say("More may be drawn than the limit"), over: say("Over its limit") };
const PARTY_WORDS = { operator: say("the operator"), grid_company: say("the grid company") };
const LOAD_WORDS = { measured: say("measured"), reckoned: say("reckoned") };
const TIMES = "\u00d7";
const SOURCE_WORDS = {
  stated: say("stated"),
  timetable: say("by timetable"),
  forecast: say("forecast"),
  history: say("from history"),
  assumed: say("assumed"),
};
const COMMA = isNorwegian ? "," : ".";
const NOTICEABLE_WH = 50;
const SOON_MS = 20 * 3600_000;
const THIS_WEEK_MS = 6 * 24 * 3600_000;
const clocks = new Map();

/** Write a figure with one decimal. */
export function tenths(value) {
  const text = value.toFixed(1);
  return localised(text === "-0.0" ? "0.0" : text);
}

/** A figure with the language's decimal mark and a true minus. */
export function localised(figure) {
  return figure.replace(".", COMMA).replace("-", "\u2212");
}

/** Write the price of an instant, and that it is assumed where nobody has told it. */
export function priceWords({ t, unit, is_assumed: assumed }, at, price) {
  if (price === null || price === undefined) return NOTHING;
  const text = `${localised(price.toFixed(unit.startsWith("g/") ? 0 : 2))} ${unit}`;
  return assumed[t.findLastIndex((start) => start <= at)] ? say("%(price)s (assumed)", { price: text }) : text;
}

/** Write W as kW, or Wh as kWh. */
export function kilo(value) {
  return tenths(value / 1000);
}

/** Write a limit: a decimal only where there is one. */
export function amps(value) {
  return tenths(value).replace(/[.,]0$/, "");
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
  const day = isNorwegian ? `${part.day}.${part.month}.${part.year}` : `${part.year}-${part.month}-${part.day}`;
  return `${day} ${part.hour}:${part.minute}:${part.second}`;
}

/** What the guard of the limits did last. */
export function guardLast(event, zone) {
  if (!event) return "";
  return say("Last: %(what)s, %(at)s", { what: event.title, at: dayAndSecond(new Date(event.at), zone) });
}

/** What a connector draws if it falls silent, and until when it may be more. */
export function silentLine(evse, zone, now) {
  const most = say("it draws at most %(amps)s A", { amps: amps(evse.fallback_a) });
  if (evse.fallback_from === null) return most;
  const until = minute(new Date(evse.fallback_from), zone, now);
  return say("%(most)s; until %(until)s its last limit may let it draw more", { most, until });
}

/** Write a time of day, with the weekday where it is not near `now`. */
export function minute(at, zone, now) {
  const time = hour(at, zone);
  return at - now < SOON_MS ? time : `${clock(zone, "weekday").format(at)} ${time}`;
}

/** Write a time of day as it stands in a sentence. */
export function hour(at, zone) {
  const time = clock(zone, "minute").format(at);
  return isNorwegian ? `kl.\u00a0${time.replace(":", ".")}` : time;
}

/** Write a time of day as it stands on an axis, or in a field. */
export function shortHour(at, zone) {
  return clock(zone, "minute").format(at);
}

/** Write an instant that may be far away: with the date where a weekday would not tell it. */
export function moment(at, zone, now) {
  return at - now < THIS_WEEK_MS ? minute(at, zone, now) : dayAndSecond(at, zone).slice(0, -":00".length);
}

/** Where a need is known from, and how far it is sure. */
export function knownFrom(need, zone, now) {
  const [energy, departs] = [need.energy_between_wh, need.departs_between];
  const [leaves, latest] = (departs ?? []).map((at) => minute(new Date(at), zone, now));
  const parts = [
    energy && say("%(low)s to %(high)s kWh", { low: kilo(energy[0]), high: kilo(energy[1]) }),
    departs && say("leaves %(first)s to %(last)s", { first: leaves, last: latest }),
  ].filter(Boolean);
  const [of, from] = [need.energy_source, need.departure_source].map((one) => SOURCE_WORDS[one]);
  const source = of && from ? say("energy %(energy)s, departure %(departure)s", { energy: of, departure: from }) : SOURCE_WORDS[need.source];
  return parts.length ? say("%(source)s, eight in ten: %(spread)s", { source, spread: parts.join(" \u00b7 ") }) : source;
}

/** What a vehicle has got, of what it needs and by when. */
export function energyLine(evse, zone, now) {
  const got = evse.energy_wh === null ? null : kilo(evse.energy_wh);
  if (evse.need === null) return got === null ? "" : `${got} kWh`;
  return say("%(got)s of %(wanted)s kWh by %(time)s, %(source)s", {
    got: got ?? NOTHING,
    wanted: amps(evse.need.energy_wh / 1000),
    time: minute(new Date(evse.need.departs_at), zone, now),
    source: SOURCE_WORDS[evse.need.source],
  });
}

/** What has to be said of a feeder beside its bars. */
export function feederNote(feeder) {
  const source = LOAD_WORDS[feeder.uncontrolled_source];
  const rising = feeder.rising_a && say("Room comes back gradually: up to %(amps)s A now", { amps: amps(Math.min(...feeder.rising_a)) });
  return [LEVEL_WORDS[feeder.level], rising, source && say("Building load: %(source)s", { source })].filter(Boolean).join(" \u00b7 ");
}

/** Write a limit by line, once where all are the same. */
export function limitWords(limitA) {
  const figures = limitA.map(amps);
  return new Set(figures).size === 1 ? `3 ${TIMES} ${figures[0]} A` : `${figures.join(" / ")} A`;
}

/** By whom a feeder is limited, to what, until when and why. */
export function limitLine(limit, zone, now) {
  const [from, until] = [limit.from_at, limit.until_at].map((at) => at && new Date(at));
  let span = until ? say("until %(time)s", { time: moment(until, zone, now) }) : say("until it is lifted");
  if (from > now) span = say("from %(begins)s %(span)s", { begins: moment(from, zone, now), span });
  const party = limit.by || PARTY_WORDS[limit.party];
  const text = say("Limited to %(amps)s by %(party)s %(span)s", { amps: limitWords(limit.amps), party, span });
  return limit.words ? `${text}: ${limit.words}` : text;
}

/** When and how the newest plan was made, and when the next is due. */
export function planLine(plan, zone, now) {
  if (plan === null) return say("The first plan is being made");
  const made = second(new Date(plan.made_at), zone);
  const next = minute(new Date(plan.next_at), zone, now);
  if (plan.is_heuristic) {
    return say("Planned %(made)s by the fallback rule because %(why)s, next at %(next)s", { made, why: plan.detail, next });
  }
  return say("Planned %(made)s by the optimiser in %(ms)s ms, next at %(next)s", { made, ms: plan.solve_ms.toFixed(0), next });
}

/** For whom the newest plan keeps room; empty: for nobody. */
export function reservedLine(plan, zone, now) {
  if (!plan?.reserved) return "";
  const { vehicles, until_at, energy_wh } = plan.reserved;
  return sayCount(
    "Reserved: %(n)s vehicle expected until %(until)s, %(kwh)s kWh",
    "Reserved: %(n)s vehicles expected until %(until)s, %(kwh)s kWh",
    vehicles,
    { until: minute(new Date(until_at), zone, now), kwh: kilo(energy_wh) },
  );
}

/** What will be short by the newest plan. */
export function shortLine(plan) {
  if (plan === null) return say("No plan yet");
  if (!isShort(plan)) return say("Everyone gets what they need");
  return say("%(short)s kWh short, %(planned)s kWh planned", { short: kilo(plan.short_wh), planned: kilo(plan.expected_wh) });
}

/** Whether somebody will get noticeably less than needed. */
export function isShort(plan) {
  return plan !== null && Math.abs(plan.short_wh) >= NOTICEABLE_WH;
}

function clock(zone, precision) {
  const key = `${zone} ${precision}`;
  if (!clocks.has(key)) {
    const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
    if (precision === "day") Object.assign(parts, { year: "numeric", month: "2-digit", day: "2-digit" });
    if (precision === "second" || precision === "day") parts.second = "2-digit";
    const kind = precision === "weekday" ? { weekday: "short", timeZone: zone } : parts;
    clocks.set(key, new Intl.DateTimeFormat(isNorwegian ? "nb-NO" : "en-GB", kind));
  }
  return clocks.get(key);
}
