/** What the guard of the limits does: what is wrong just now, and the list of what it has done. */

import { arrange, cells, draw, mark, show, write } from "./dom.js";
import { dayAndSecond, guardLast } from "./format.js";
import { inLanguage } from "./words.js";

const MOST_SHOWN = 50;

/** Keeps the banner and the list up to date; older events are asked for once somebody looks. */
export class Guard {
  #banner = document.querySelector(".banner");
  #words = this.#banner.querySelector("[data-f=banner]");
  #announcement = document.querySelector("[data-f=announcement]");
  #root = document.querySelector(".guard");
  #list = this.#root.querySelector(".guard-list");
  #template = this.#root.querySelector("template");
  #last = this.#root.querySelector("[data-f=guard_last]");
  #url;
  #events = [];
  #rows = new Map();
  #zone = "UTC";
  #isAsked = false;

  constructor(url) {
    this.#url = `${url}${inLanguage}${inLanguage ? "&" : "?"}limit=${MOST_SHOWN}`;
    this.#list.replaceChildren(); // the first snapshot tells again what was printed
    this.#root.addEventListener("toggle", () => this.#root.open && this.#look());
  }

  /** Show what has changed. */
  patch(view, touched) {
    if (!touched.has("guard")) return;
    this.#zone = view.timezone;
    this.#warn(view.guard);
    this.#merge(view.guard.events);
  }

  #warn({ banner: words, level }) {
    const isNew = words !== null && (this.#banner.hidden || this.#banner.dataset.level !== level);
    write(this.#words, words ?? "");
    mark(this.#banner, "data-level", level);
    draw(this.#banner, `level-${level}`);
    show(this.#banner, words !== null);
    if (isNew) write(this.#announcement, words); // and not again with every second that it lasts
  }

  /** What is new stands before what is known. */
  #merge(newest) {
    const known = new Set(this.#events.map(keyOf));
    const unknown = newest.filter((event) => !known.has(keyOf(event)));
    if (known.size > 0 && unknown.length === newest.length) {
      this.#events = []; // so much has happened meanwhile that something may be missing between
      this.#isAsked = false;
    }
    this.#take([...unknown, ...this.#events]);
    if (this.#root.open) this.#look();
  }

  async #look() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    try {
      const answer = await fetch(this.#url, { headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(`expected what the guard did, got status ${answer.status}`);
      const kept = await answer.json();
      const known = new Set(kept.map(keyOf));
      // What is not kept yet is newer than all that is.
      this.#take([...this.#events.filter((event) => !known.has(keyOf(event))), ...kept]);
    } catch {
      this.#isAsked = false; // what is known is shown, and the rest when it is opened again
    }
  }

  #take(events) {
    this.#events = events.slice(0, MOST_SHOWN);
    const keys = new Set(this.#events.map(keyOf));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.#rows.delete(key);
    }
    arrange(this.#list, this.#events.map((event) => this.#row(event)));
    write(this.#last, guardLast(this.#events[0], this.#zone));
    show(this.#root.querySelector(".guard-none"), this.#events.length === 0);
    show(this.#root.querySelector(".guard-more"), this.#events.length > 0);
  }

  #row(event) {
    const key = keyOf(event);
    if (!this.#rows.has(key)) this.#rows.set(key, this.#blank(event));
    return this.#rows.get(key);
  }

  #blank(event) {
    const row = this.#template.content.querySelector("li").cloneNode(true);
    const to = cells(row);
    mark(row, "data-kind", event.kind);
    mark(to.at, "datetime", event.at);
    write(to.at, dayAndSecond(new Date(event.at), this.#zone));
    for (const field of ["title", "text", "cause"]) write(to[field], event[field]);
    return row;
  }
}

/** What tells events apart, whichever way they have come. */
function keyOf(event) {
  return [Date.parse(event.at), event.kind, event.text, event.cause].join("\n");
}
