/** The connectors: tiles that come, change and go, and what is shown of them. */

import { arrange, cells, mark, show, write } from "./dom.js";
import { Filter } from "./filter.js";
import { Tile, isAtRest, nameOf } from "./tile.js";
import { say } from "./words.js";

/** Figures change all the time, and tiles must not dance: order by them anew this seldom. */
const SETTLED_MS = 5000;
/** Tiles are kept up to date so far beyond what can be seen. */
const NEAR = { rootMargin: "50% 0px" };

/** Keeps the tiles up to date; calls `hear.open(key)` and `hear.feeder(feederId)`. */
export class Connectors {
  #root = document.querySelector(".connectors");
  #form = this.#root.querySelector(".find");
  #empty = document.querySelector(".live > .empty");
  #busy = this.#root.querySelector(".tiles-busy");
  #rest = this.#root.querySelector(".tiles-rest");
  #template = document.querySelector("#tile");
  #none = this.#root.querySelector(".none");
  #pages = this.#root.querySelector(".more");
  #cells = cells(this.#root);
  #search = this.#root.querySelector("[name=text]");
  #feederChip = this.#root.querySelector(".chip-feeder");
  #chips = [...this.#root.querySelectorAll(".chip[data-state]")];
  #words = Object.fromEntries(this.#chips.map((chip) => [chip.dataset.state, cells(chip).word.textContent]));
  #rank = Object.fromEntries(this.#chips.map((chip, place) => [chip.dataset.state, place]));
  #tiles = new Map();
  #filter = new Filter();
  #arrangedMs = -Infinity;
  #watch = new IntersectionObserver((entries) => this.#approach(entries), NEAR);
  #view = null;
  #hear;

  constructor(hear) {
    this.#hear = hear;
    for (const element of this.#root.querySelectorAll(".tile")) this.#take(new Tile(element));
    this.#adoptFilter();
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    for (const list of [this.#busy, this.#rest]) list.addEventListener("click", (event) => this.#click(event));
    for (const chip of [...this.#chips, this.#feederChip]) chip.type = "button";
    for (const chip of this.#chips) chip.addEventListener("click", () => this.#toggle(chip));
    this.#feederChip.addEventListener("click", () => hear.feeder(null));
    this.#cells.clear.addEventListener("click", (event) => this.#clear(event));
    this.#search.addEventListener("input", () => this.#look(this.#search.value.trim()));
    this.#root.querySelector("[name=sort]").addEventListener("change", (event) => this.#sort(event.target.value));
  }

  /** Show what has changed. */
  patch(view, touched) {
    this.#view = view;
    const gone = touched.isAll ? [...this.#tiles.keys()].filter((key) => !(key in view.evses)) : touched.removed;
    for (const key of gone) this.#remove(key);
    let hasMoved = gone.length > 0;
    for (const key of touched.evses) {
      const evse = view.evses[key];
      const tile = this.#tiles.get(key) ?? this.#add(key, evse);
      hasMoved ||= tile.state !== evse.state || !tile.element.isConnected;
      tile.patch(view, evse, this.#words);
    }
    if (touched.has("counts")) this.#count(view);
    const isDue = this.#filter.isMoving && performance.now() - this.#arrangedMs > SETTLED_MS;
    if (hasMoved || touched.isAll || (isDue && touched.evses.size)) this.#arrange();
  }

  /** Show only the connectors below a feeder; null: all. */
  pick(feederId) {
    this.#filter.feederId = feederId;
    show(this.#feederChip, feederId !== null);
    if (feederId !== null) write(this.#cells.feeder, this.#view?.feeders[feederId].name ?? feederId);
    this.#arrange();
  }

  /** What the page was printed for is what is looked for. */
  #adoptFilter() {
    this.#filter.states = new Set(this.#chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.state));
    this.#filter.text = this.#search.value.trim();
    this.#filter.sort = this.#root.querySelector("[name=sort]").value;
    this.#filter.feederId = this.#feederChip.dataset.picked || null;
  }

  #add(key, evse) {
    return this.#take(Tile.blank(this.#template, key, nameOf(this.#view, evse)));
  }

  #take(tile) {
    this.#tiles.set(tile.key, tile);
    this.#watch.observe(tile.element);
    return tile;
  }

  #remove(key) {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    this.#watch.unobserve(tile.element);
    tile.element.remove();
    this.#tiles.delete(key);
  }

  #approach(entries) {
    for (const { target, isIntersecting } of entries) {
      const { key } = target.dataset;
      this.#tiles.get(key)?.approach(isIntersecting, this.#view, this.#view?.evses[key], this.#words);
    }
  }

  #count(view) {
    for (const chip of this.#chips) {
      const count = view.counts[chip.dataset.state] ?? 0;
      write(cells(chip).count, String(count));
      show(chip, count > 0 || this.#filter.states.has(chip.dataset.state));
    }
  }

  #arrange() {
    if (this.#view === null) return;
    this.#arrangedMs = performance.now();
    const evses = this.#view.evses;
    const keys = this.#filter.order(this.#view, this.#rank);
    const shown = new Set(keys.filter((key) => this.#filter.lets(this.#view, evses[key])));
    const [busy, rest] = [[], []];
    for (const key of keys) {
      const { element } = this.#tiles.get(key);
      show(element, shown.has(key));
      (isAtRest(evses[key]) ? rest : busy).push(element);
    }
    arrange(this.#busy, busy);
    arrange(this.#rest, rest);
    show(this.#none, keys.length > 0 && shown.size === 0);
    show(this.#root, keys.length > 0);
    show(this.#empty, keys.length === 0);
    this.#pages?.remove(); // all of them are here
    this.#pages = null;
    write(this.#cells.shown, this.#filter.isOpen ? "" : say("%(shown)s of %(all)s shown", { shown: shown.size, all: keys.length }));
  }

  #click(event) {
    const tile = event.target.closest("button")?.closest(".tile");
    event.preventDefault(); // without scripts it leads to the connector's own page
    if (tile) this.#hear.open(tile.dataset.key);
  }

  #toggle(chip) {
    const { state } = chip.dataset;
    const isOn = !this.#filter.states.delete(state);
    if (isOn) this.#filter.states.add(state);
    mark(chip, "aria-pressed", String(isOn));
    this.#arrange();
  }

  #look(text) {
    this.#filter.text = text;
    this.#arrange();
  }

  #sort(order) {
    this.#filter.sort = order;
    this.#arrange();
  }

  #clear(event) {
    event.preventDefault();
    this.#filter.clear();
    this.#search.value = "";
    for (const chip of this.#chips) mark(chip, "aria-pressed", "false");
    this.#hear.feeder(null);
  }
}
