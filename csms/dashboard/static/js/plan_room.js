/** Room left at the feeders that bind, over the price. */

import { gutter, RIGHT_PX } from "./plan_frame.js";
import { timeAxis, valueAxis } from "./plot.js";

const HEADROOM = 1.12;
const PRICE_SHARE = 1.6;

/** Draws the chart above the connectors. */
export class RoomChart {
  #main;
  #zone;
  #box;
  #plot = null;
  #outlook = null;
  #inks = null;

  constructor(main, zone) {
    this.#main = main;
    this.#zone = zone;
    this.#box = main.querySelector(".plan-room");
    if (this.#box) new ResizeObserver(() => this.#outlook && this.show(this.#outlook)).observe(this.#box);
    document.addEventListener("recoloured", () => this.#outlook && this.show(this.#outlook));
  }

  /** Draw a plan. */
  show(outlook) {
    this.#outlook = outlook;
    this.#inks = this.#readInks();
    this.#plot?.destroy();
    const keys = [...this.#main.querySelectorAll("[data-feeder]")].map(({ dataset }) => dataset.feeder);
    const rooms = keys.map((key) => lasting(outlook.feeders[key]?.headroom_a ?? []));
    const data = [outlook.edges, prices(outlook), ...rooms];
    this.#plot = new globalThis.uPlot(this.#options(keys.length), data, this.#box);
  }

  #options(count) {
    const { uPlot } = globalThis;
    const stepped = uPlot.paths.stepped({ align: 1 });
    const inks = () => this.#inks;
    const drawn = { points: { show: false }, paths: stepped };
    const rooms = Array.from({ length: count }, (_, i) => ({ ...drawn, width: 2, stroke: () => inks().rooms[i] }));
    const [from, to] = [this.#outlook.edges[0], this.#outlook.edges.at(-1)];
    return {
      width: this.#box.clientWidth,
      height: this.#box.clientHeight,
      legend: { show: false },
      padding: [8, RIGHT_PX, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), this.#zone),
      cursor: { show: false },
      scales: {
        x: { time: true, range: () => [from, to] },
        y: { range: (_plot, _least, most) => [0, Math.max(most ?? 1, 1) * HEADROOM] },
        price: { range: (_plot, least, most) => priceRange(least, most) },
      },
      axes: [timeAxis(this.#zone, inks), { ...valueAxis(inks, "A"), size: gutter(this.#box.clientWidth) }],
      series: [
        {},
        { ...drawn, scale: "price", width: 1, stroke: () => inks().price, fill: () => inks().priceGround, fillTo: (plot) => plot.scales.price.min },
        ...rooms,
      ],
    };
  }

  #readInks() {
    const box = getComputedStyle(this.#box);
    const ground = (element) => getComputedStyle(element).backgroundColor;
    const price = this.#main.querySelector("[data-ink=price]");
    return {
      text: box.color,
      grid: box.borderTopColor,
      font: `12px ${box.fontFamily}`,
      rooms: [...this.#main.querySelectorAll("[data-feeder]")].map(ground),
      price: price ? getComputedStyle(price).color : "transparent",
      priceGround: price ? ground(price) : "transparent",
    };
  }
}

/** The last slot has an end. */
function lasting(values) {
  return [...values, values.at(-1) ?? null];
}

/** The price in each slot. */
function prices({ edges, prices: course }) {
  if (!course) return edges.map(() => null);
  const inSlots = edges.slice(0, -1).map((at) => course.per_kwh[course.t.findLastIndex((start) => start <= at)] ?? null);
  return lasting(inSlots);
}

function priceRange(least, most) {
  const from = Math.min(least ?? 0, 0);
  return [from, from + Math.max((most ?? 1) - from, 1e-6) * PRICE_SHARE];
}
