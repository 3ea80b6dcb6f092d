/** How the chart is drawn: columns `[t, price, load, ahead, uncontrolled, limit, price]`, in A over s since 1970. */

import { localised, shortHour } from "./format.js";

const HEADROOM = 1.12;
const NARROW_PX = 520;
const PRICE_ROOM = 2;
/** The last time may stand at the very end of the axis, under its middle. */
const HALF_A_LABEL_PX = 20;

/**
 * Options of the plot.
 *
 * `zone` is the site's time zone; `inks()`, `range()` and `now()` are asked at each drawing;
 * `onCursor()` is called when the cursor moves.
 */
export function plotOptions({ zone, inks, range, now, onCursor }) {
  const { uPlot } = globalThis;
  const stepped = uPlot.paths.stepped({ align: 1 });
  const linear = uPlot.paths.linear();
  const line = (name, width) => ({ stroke: () => inks()[name], width, points: { show: false } });
  return {
    legend: { show: false },
    padding: [8, HALF_A_LABEL_PX, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: true, range: () => range() },
      y: { range: (plot, _least, most) => [0, Math.max(most ?? 1, 1) * HEADROOM] },
      price: { range: (plot, least, most) => priceRange(least, most) },
    },
    axes: [timeAxis(zone, inks), valueAxis(inks, "A")],
    series: [
      {},
      { ...line("price", 0), scale: "price", fill: () => inks().priceGround, fillTo: priceFloor, paths: stepped },
      { ...line("load", 2), fill: () => inks().allowed, paths: linear },
      { ...line("ahead", 1), fill: () => inks().hatch, paths: stepped },
      { ...line("uncontrolled", 0), fill: () => inks().uncontrolled, paths: stepped },
      { ...line("limit", 2), paths: stepped },
      { ...line("price", 1.5), scale: "price", paths: stepped },
    ],
    hooks: { setCursor: [onCursor], draw: [(plot) => drawNow(plot, inks(), now())] },
  };
}

/** The axis of time, in the site's zone. */
export function timeAxis(zone, inks) {
  return {
    stroke: () => inks().text,
    font: inks().font,
    size: 28,
    space: (plot) => (plot.width < NARROW_PX ? 52 : 64),
    grid: { show: false },
    ticks: { stroke: () => inks().grid, width: 1, size: 4 },
    incrs: [900, 1800, 3600, 7200, 10800, 14400, 21600],
    values: (_plot, splits) => splits.map((split) => hour(split, zone)),
  };
}

/** The axis of values, with their unit. */
export function valueAxis(inks, unit) {
  return {
    stroke: () => inks().text,
    font: inks().font,
    size: 52,
    space: 40,
    grid: { stroke: () => inks().grid, width: 1 },
    ticks: { show: false },
    values: (_plot, splits) => splits.map((split) => `${localised(String(split))} ${unit}`),
  };
}

function hour(seconds, zone) {
  return shortHour(new Date(seconds * 1000), zone);
}

/** Prices take the lower half of the chart, behind all else; what is below 0 is seen as such. */
function priceRange(least, most) {
  const from = Math.min(least ?? 0, 0);
  return [from, from + Math.max((most ?? 1) - from, 1e-6) * PRICE_ROOM];
}

function priceFloor(plot) {
  return plot.scales.price.min;
}

/** Draw the line between what was and what is planned. */
function drawNow(plot, inks, seconds) {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(seconds, "x", true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = inks.text;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
