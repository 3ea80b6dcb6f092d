/** The cards: power, energy, how many connectors are in which state, the plan. */

import { cells, mark, show, write } from "./dom.js";
import { isShort, kilo, planLine, reservedLine, share, shortLine } from "./format.js";

/** Keeps the cards up to date. */
export class Summary {
  #root = document.querySelector(".summary");
  #cells = cells(this.#root);
  #bars = [...this.#root.querySelectorAll(".states-bar rect")];
  #keys = [...this.#root.querySelectorAll(".states-key [data-state]")];

  /** Show what has changed. */
  patch(view, touched) {
    if (touched.has("power_w")) write(this.#cells.power, kilo(view.power_w));
    if (touched.has("energy_today_wh")) write(this.#cells.energy_today, kilo(view.energy_today_wh));
    if (touched.has("counts")) this.#count(view);
    if (touched.has("plan")) this.#plan(view);
  }

  #count(view) {
    const total = Object.keys(view.evses).length;
    write(this.#cells.total, String(total));
    let before = 0;
    this.#bars.forEach((bar, place) => {
      const count = view.counts[bar.dataset.state] ?? 0;
      mark(bar, "x", share(before, total));
      mark(bar, "width", share(count, total));
      before += count;
      const key = this.#keys[place];
      show(key, count > 0);
      write(key.querySelector("dd"), String(count));
    });
  }

  #plan(view) {
    write(this.#cells.short, shortLine(view.plan));
    mark(this.#cells.short, "data-short", String(isShort(view.plan)));
    const now = new Date(view.now);
    write(this.#cells.plan, planLine(view.plan, view.timezone, now));
    write(this.#cells.reserved, reservedLine(view.plan, view.timezone, now));
  }
}
