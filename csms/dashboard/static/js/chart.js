/** The chart of the load over time: fetched now and then, with its end kept up to the second. */

import { cells, mark, write } from "./dom.js";
import { minute, priceWords, tenths } from "./format.js";
import { readInks } from "./inks.js";
import { plotOptions } from "./plot.js";
import { columns, presentOf, range } from "./series.js";
import { say } from "./words.js";

const EVERY_MS = 60_000;
const AT_MOST_EVERY_MS = 4000;
const PRICE = 1;
const NAMES = { chart_load: 2, chart_ahead: 3, chart_uncontrolled: 4, chart_limit: 5 };

/** Keeps the chart up to date. */
export class Chart {
  #panel = document.querySelector(".panel-chart");
  #box = this.#panel.querySelector(".chart");
  #empty = this.#panel.querySelector(".chart-empty");
  #cells = cells(this.#panel);
  #priceKey = this.#panel.querySelector("[data-key=price]");
  #inks = readInks(this.#panel);
  #url;
  #plot = null;
  #series = null;
  #view = null;
  #range = [0, 1];
  #askedMs = -Infinity;
  #isAsking = false;

  constructor(url) {
    this.#url = url;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#box);
    document.addEventListener("recoloured", () => this.#recolour());
  }

  /** Show what has changed. */
  patch(view, touched) {
    this.#view = view;
    const ageMs = performance.now() - this.#askedMs;
    const isDue = touched.isAll || touched.has("plan") || ageMs > EVERY_MS / view.clock_rate;
    if (isDue && ageMs > AT_MOST_EVERY_MS && !this.#isAsking) this.#ask();
    else if (this.#series) this.#redraw();
  }

  async #ask() {
    this.#isAsking = true;
    this.#askedMs = performance.now();
    try {
      const answer = await fetch(this.#url);
      if (!answer.ok) throw new Error(`expected the load over time, got status ${answer.status}`);
      this.#series = await answer.json();
      this.#redraw();
    } catch {
      if (!this.#series) write(this.#empty, say("The load over time cannot be had just now"));
    } finally {
      this.#isAsking = false; // the next message from the stream asks again
    }
  }

  #redraw() {
    const now = presentOf(this.#view, this.#series.feeder_id);
    const data = columns(this.#series, now);
    this.#range = range(data, now);
    if (this.#plot) this.#plot.setData(data);
    else this.#begin(data);
    this.#tell();
    const name = this.#view.feeders[this.#series.feeder_id].name;
    mark(this.#box, "aria-label", say("Load of %(feeder)s: now %(load)s of %(limit)s A", { feeder: name, load: tenths(now.load), limit: tenths(now.limit) }));
  }

  #begin(data) {
    const options = plotOptions({
      zone: this.#view.timezone,
      inks: () => this.#inks,
      range: () => this.#range,
      now: () => Date.parse(this.#view.now) / 1000,
      onCursor: () => this.#tell(),
    });
    this.#empty.remove();
    this.#plot = new globalThis.uPlot({ ...options, ...this.#size() }, data, this.#box);
  }

  /** Write the figures under the cursor, or those of now. */
  #tell() {
    if (!this.#plot) return;
    const { idx } = this.#plot.cursor;
    const at = idx ?? this.#plot.data[NAMES.chart_load].findLastIndex((load) => load !== null);
    const now = new Date(this.#view.now);
    const instant = new Date(this.#plot.data[0][at] * 1000);
    const name = this.#view.feeders[this.#series.feeder_id].name;
    const when = idx === null || idx === undefined ? say("now") : minute(instant, this.#view.timezone, now);
    write(this.#cells.chart_at, say("%(feeder)s, most loaded line, %(when)s", { feeder: name, when }));
    for (const [cell, column] of Object.entries(NAMES)) {
      const value = this.#plot.data[column][at];
      write(this.#cells[cell], value === null || value === undefined ? "" : `${tenths(value)} A`);
    }
    const { prices } = this.#series;
    this.#priceKey.hidden = !prices;
    write(this.#cells.chart_price, prices ? priceWords(prices, this.#plot.data[0][at], this.#plot.data[PRICE][at]) : "");
  }

  #recolour() {
    this.#inks = readInks(this.#panel);
    this.#plot?.redraw(false);
  }

  #size() {
    return { width: this.#box.clientWidth, height: this.#box.clientHeight };
  }
}
