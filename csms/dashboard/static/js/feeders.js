/** The feeder tree: bars by line, limit, headroom; a click shows only the connectors below. */

import { cells, mark, write } from "./dom.js";
import { LIMIT_PCT, amps, feederNote, limitWords, share, tenths } from "./format.js";
import { say } from "./words.js";

/** Lines that have this much more room than the fullest one bind just the same. */
const ALIKE_A = 0.5;

/** Keeps the tree up to date; calls `onPick(feederId)`, or with null for all. */
export class Feeders {
  #rows = new Map();
  #onPick;

  constructor(onPick) {
    this.#onPick = onPick;
    for (const item of document.querySelectorAll("[data-feeder]")) {
      const box = item.querySelector(".feeder-box");
      const lines = [...box.querySelectorAll("[data-line]")].map((line) => ({ line, ...cells(line) }));
      const button = box.querySelector(".feeder-pick");
      button.type = "button"; // a click asks for no other page any more
      this.#rows.set(item.dataset.feeder, { item, lines, button, ...cells(box) });
      button.addEventListener("click", () => this.#toggle(item.dataset.feeder));
    }
  }

  /** Whether the page was printed with other feeders. */
  isOutdated(view) {
    const keys = Object.keys(view.feeders);
    return keys.length !== this.#rows.size || keys.some((key) => !this.#rows.has(key));
  }

  /** Show what has changed. */
  patch(view, touched) {
    for (const key of touched.feeders) this.#patchRow(this.#rows.get(key), view.feeders[key]);
  }

  /** Show which feeder is picked; null: none. */
  picked(feederId) {
    for (const [key, row] of this.#rows) mark(row.button, "aria-pressed", String(key === feederId));
  }

  #toggle(key) {
    const isPicked = this.#rows.get(key).button.getAttribute("aria-pressed") === "true";
    this.#onPick(isPicked ? null : key);
  }

  #patchRow(row, feeder) {
    mark(row.item, "data-level", feeder.level);
    write(row.name, feeder.name);
    write(row.limit, limitWords(feeder.limit_a));
    write(row.note, feederNote(feeder));
    const rooms = feeder.limit_a.map((limit, i) => limit - Math.max(feeder.load_a[i], feeder.allowed_a[i]));
    const least = Math.min(...rooms);
    row.lines.forEach((line, i) => {
      mark(line.line, "data-level", rooms[i] <= least + ALIKE_A ? feeder.level : "ok");
      patchLine(line, feeder, i);
    });
  }
}

function patchLine(line, feeder, i) {
  const [limit, load, allowed] = [feeder.limit_a[i], feeder.load_a[i], feeder.allowed_a[i]];
  const [drawn, free] = [tenths(load), tenths(feeder.headroom_a[i])];
  let text = say("L%(line)s: %(load)s A drawn of %(limit)s A, %(free)s A not given out", { line: i + 1, load: drawn, limit: amps(limit), free });
  if (feeder.uncontrolled_source !== null) {
    text = say("%(line)s; building load %(amps)s A", { line: text, amps: tenths(feeder.uncontrolled_a[i]) });
  }
  write(line.text, text);
  write(line.load, drawn);
  write(line.free, free);
  mark(line.uncontrolled, "width", share(feeder.uncontrolled_a[i], limit, LIMIT_PCT));
  mark(line.load_bar, "width", share(load, limit, LIMIT_PCT));
  mark(line.allowed, "width", share(allowed, limit, LIMIT_PCT));
  mark(line.hatch, "width", share(allowed, limit, LIMIT_PCT));
}
