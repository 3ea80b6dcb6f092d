/** The load over time as columns for the chart: what was, now, and what is planned; and prices. */

/** Minutes that are missing for longer than this are a hole, not a line. */
const HOLE_S = 600;
const BACK_S = 12 * 3600;
const AHEAD_S = 12 * 3600;

/** The load of a site's root feeder at this instant, on its most loaded line. */
export function presentOf(view, feederId) {
  const feeder = view.feeders[feederId];
  const line = feeder.load_a.indexOf(Math.max(...feeder.load_a));
  return {
    t: Date.parse(view.now) / 1000,
    load: feeder.load_a[line],
    limit: feeder.limit_a[line],
    uncontrolled: feeder.uncontrolled_a[line],
  };
}

/**
 * Columns `[t, price, load, ahead, uncontrolled, limit, price]` in the order of time; null where there
 * is none. The price comes twice: its ground lies behind all else, its line before it.
 *
 * The past ends now, and so does the plan begin now: with the slot that is running.
 */
export function columns({ past, ahead, prices }, now) {
  const rows = [];
  pastRows(rows, past, now);
  rows.push([now.t, now.load, null, now.uncontrolled, now.limit]);
  aheadRows(rows, ahead, now);
  const [t, ...others] = [0, 1, 2, 3, 4].map((column) => rows.map((row) => row[column]));
  const price = t.map(priceAt(prices));
  return [t, price, ...others, price];
}

/** Tells the price at an instant; null where none is known. */
export function priceAt(prices) {
  if (!prices) return () => null;
  return (t) => prices.per_kwh[prices.t.findLastIndex((start) => start <= t)] ?? null;
}

/** Where the time axis begins and ends. */
export function range([t], now) {
  return [Math.max(t[0], now.t - BACK_S), Math.min(t[t.length - 1], now.t + AHEAD_S)];
}

function pastRows(rows, past, now) {
  past.t.forEach((t, i) => {
    if (t >= now.t) return;
    const before = rows[rows.length - 1];
    if (before && t - before[0] > HOLE_S) rows.push([before[0] + 1, null, null, null, null]);
    rows.push([t, past.load_a[i], null, past.uncontrolled_a[i], past.limit_a[i]]);
  });
}

function aheadRows(rows, ahead, now) {
  const { t, load_a: load, limit_a: limit, uncontrolled_a: uncontrolled } = ahead;
  const running = t.findLastIndex((start) => start <= now.t);
  if (running >= 0) rows[rows.length - 1][2] = load[running];
  for (let i = running + 1; i < t.length; i += 1) rows.push([t[i], null, load[i], uncontrolled[i], limit[i]]);
}
