/** The course of one connector: what it drew against what was planned, the price beneath. */

import { cells, mark, write } from "./dom.js";
import { localised, minute, tenths } from "./format.js";
import { timeAxis, valueAxis } from "./plot.js";
import { say } from "./words.js";

const KILO = 1000;
const HEADROOM = 1.18;
/** The part of the height below 0 kW in which the price stands. */
const PRICE_SHARE = 0.26;
const PRICE_FULL = 0.8;
const RIGHT_PX = 20;
const LABEL_PX = 12;

/** Draws the chart into a part of the page, from the API's own figures. */
export class ConnectorCourse {
  #part;
  #box;
  #cells;
  #zone;
  #plot = null;
  #course = null;
  #watch;
  #recolour = () => this.#plot?.redraw(false);

  constructor(part) {
    this.#part = part;
    this.#box = part.querySelector(".chart");
    this.#cells = cells(part);
    this.#zone = part.dataset.timezone;
    this.#watch = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
    this.#watch.observe(this.#box);
    document.addEventListener("recoloured", this.#recolour);
  }

  /** Read the figures and draw them: what is known at once, then what takes longer to look up. */
  async show() {
    try {
      await this.#read("?recent=true");
      const { drawn_from: told, begins_at: begins } = this.#course;
      if (Date.parse(told) > Date.parse(begins) && this.#box.isConnected) await this.#read("");
    } catch {
      write(this.#cells.empty, say("The course cannot be had just now"));
    }
  }

  /** Let go of the page. */
  end() {
    this.#watch.disconnect();
    document.removeEventListener("recoloured", this.#recolour);
    this.#plot?.destroy();
    this.#plot = null;
  }

  async #read(query) {
    const answer = await fetch(this.#part.dataset.url + query);
    if (!answer.ok) throw new Error(`expected a course, got status ${answer.status}`);
    this.#course = await answer.json();
    if (this.#box.isConnected) this.#draw();
  }

  #draw() {
    const { drawn, planned, prices } = this.#course;
    const kilo = (values) => values.map((value) => (value === null ? null : value / KILO));
    const data = globalThis.uPlot.join([
      [prices?.t ?? [], prices?.per_kwh ?? []],
      [drawn.t, kilo(drawn.w)],
      [planned.t, kilo(planned.w)],
    ]);
    this.#cells.empty.remove();
    const most = Math.max(...kilo(drawn.w), 0);
    mark(this.#box, "aria-label", say("Power over time: at most %(kw)s kW drawn; what was and is planned beside it, the price beneath", { kw: tenths(most) }));
    this.#plot?.destroy();
    this.#plot = new globalThis.uPlot({ ...this.#options(), ...this.#size() }, data, this.#box);
  }

  #options() {
    const { uPlot } = globalThis;
    const inks = () => this.#inks();
    const stepped = uPlot.paths.stepped({ align: 1 });
    const line = { points: { show: false }, paths: stepped };
    const [from, to] = [this.#course.begins_at, this.#course.ends_at].map((at) => Date.parse(at) / 1000);
    const floor = (plot) => plot.scales.price.min;
    return {
      legend: { show: false },
      padding: [8, RIGHT_PX, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), this.#zone),
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: true, range: () => [from, to] },
        y: { range: (_plot, _least, most) => powerRange(most, this.#course.prices !== null) },
        price: { range: (_plot, least, most) => priceRange(least, most) },
      },
      axes: [timeAxis(this.#zone, inks), powerAxis(inks)],
      series: [
        {},
        { ...line, scale: "price", width: 1.5, stroke: () => inks().price, fill: () => inks().priceGround, fillTo: floor },
        { ...line, width: 2, stroke: () => inks().load, fill: () => inks().allowed, fillTo: 0 },
        { ...line, width: 1.5, dash: [5, 3], stroke: () => inks().text },
      ],
      hooks: { setCursor: [() => this.#tell()], draw: [(plot) => this.#label(plot)] },
    };
  }

  /** Write what each line is beside it, and where now is. */
  #label(plot) {
    const { ctx, bbox, data } = plot;
    const inks = this.#inks();
    const scale = devicePixelRatio;
    const now = Date.parse(this.#course.now) / 1000;
    const x = plot.valToPos(now, "x", true);
    ctx.save();
    ctx.font = `${LABEL_PX * scale}px ${getComputedStyle(this.#box).fontFamily}`;
    ctx.textBaseline = "bottom";
    ctx.strokeStyle = inks.text;
    ctx.lineWidth = scale;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const above = (value) => Math.max(plot.valToPos(value, "y", true) - 4 * scale, bbox.top + LABEL_PX * scale);
    const drawn = last(data[2]);
    const ahead = data[3].find((value, i) => value > 0 && data[0][i] >= now) ?? last(data[3]) ?? 0;
    const isNarrow = x - bbox.left < 60 * scale;
    if (drawn !== null) text(ctx, say("drawn"), inks.load, isNarrow ? bbox.left + 4 * scale : x - 6 * scale, above(drawn), isNarrow ? "left" : "right");
    text(ctx, say("planned"), inks.ink, x + 6 * scale, above(ahead), "left");
    if (this.#course.prices) text(ctx, say("price, %(unit)s", { unit: this.#course.prices.unit }), inks.price, bbox.left + 4 * scale, bbox.top + bbox.height - 3 * scale, "left");
    ctx.restore();
  }

  /** Write the figures under the cursor. */
  #tell() {
    const at = this.#plot?.cursor.left >= 0 ? this.#plot.posToVal(this.#plot.cursor.left, "x") : null;
    if (at === null || at === undefined) {
      write(this.#cells.at, "");
      return;
    }
    const { drawn, planned, prices } = this.#course;
    const instant = new Date(at * 1000);
    const now = Date.parse(this.#course.now) / 1000;
    const power = at <= now ? held(drawn.t, drawn.w, at) : null;
    const words = [
      power === null ? null : say("%(kw)s kW drawn", { kw: tenths(power / KILO) }),
      say("%(kw)s kW planned", { kw: tenths((held(planned.t, planned.w, at) ?? 0) / KILO) }),
      prices && say("%(price)s %(unit)s", { price: localised((held(prices.t, prices.per_kwh, at) ?? 0).toFixed(2)), unit: prices.unit }),
    ];
    write(this.#cells.at, `${minute(instant, this.#zone, instant)}: ${words.filter(Boolean).join(", ")}`);
  }

  #inks() {
    const box = getComputedStyle(this.#box);
    const of = (name) => box.getPropertyValue(name);
    const probe = (name) => resolved(this.#box, of(name));
    return {
      text: box.color,
      ink: probe("--ink"),
      grid: box.borderTopColor,
      font: `${LABEL_PX}px ${box.fontFamily}`,
      load: probe("--load"),
      allowed: probe("--allowed"),
      price: probe("--price"),
      priceGround: probe("--price-ground"),
    };
  }

  #size() {
    return { width: this.#box.clientWidth, height: this.#box.clientHeight };
  }
}

function powerAxis(inks) {
  const axis = valueAxis(inks, "kW");
  return { ...axis, values: (plot, splits) => axis.values(plot, splits).map((word, i) => (splits[i] < 0 ? "" : word)) };
}

function powerRange(most, hasPrice) {
  const top = Math.max(most ?? 1, 1) * HEADROOM;
  return [hasPrice ? (-top * PRICE_SHARE) / (1 - PRICE_SHARE) : 0, top];
}

/** The highest price reaches most of the way to 0 kW. */
function priceRange(least, most) {
  const from = Math.min(least ?? 0, 0);
  return [from, from + Math.max((most ?? 1) - from, 1e-6) / (PRICE_SHARE * PRICE_FULL)];
}

function held(t, values, at) {
  const i = t.findLastIndex((start) => start <= at);
  return i < 0 ? null : values[i];
}

function last(values) {
  return values.findLast((value) => value !== null && value !== undefined) ?? null;
}

function text(ctx, words, ink, x, y, align) {
  ctx.textAlign = align;
  ctx.fillStyle = ink;
  ctx.fillText(words, x, y);
}

/** A colour as canvases take it: `light-dark()` is resolved by an element only. */
function resolved(box, value) {
  const probe = document.createElement("i");
  probe.hidden = true;
  box.append(probe);
  probe.style.color = value;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
