/** The connectors: tiles that come, change and go, and what is shown of them. */

import { arrange, cells, mark, show, write } from "./dom.js";
import { Filter } from "./filter.js";
import { Tile, isAtRest, nameOf } from "./tile.js";
import { say } from "./words.js";

/** Figures change all the time, and tiles must not dance: order by them anew this seldom. */
const SETTLED_MS = 5000;
/** Tiles are kept up to date so far beyond what can be seen. */
const NEAR = { rootMargin: "50% 0px" };
/** So many tiles are listed, and so many more whenever their end comes near: twenty screens full. */
const STEP = 500;
const END_NEAR = { rootMargin: "100% 0px" };

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
  #end = this.#root.querySelector(".tiles-end");
  #tiles = new Map();
  #states = new Map();
  #most = STEP;
  #left = 0;
  #filter = new Filter();
  #arrangedMs = -Infinity;
  #watch = new IntersectionObserver((entries) => this.#approach(entries), NEAR);
  #view = null;
  #hear;

  constructor(hear) {
    this.#hear = hear;
    for (const element of this.#root.querySelectorAll(".tile")) this.#take(new Tile(element));
    this.#adoptFilter();
    new IntersectionObserver(([end]) => end.isIntersecting && this.#listMore(), END_NEAR).observe(this.#end);
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
    const gone = touched.isAll ? [...this.#states.keys()].filter((key) => !(key in view.evses)) : touched.removed;
    for (const key of gone) this.#states.delete(key);
    let hasMoved = gone.length > 0;
    for (const key of touched.evses) {
      const evse = view.evses[key];
      hasMoved ||= this.#states.get(key) !== evse.state;
      this.#states.set(key, evse.state);
      this.#tiles.get(key)?.patch(view, evse, this.#words);
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
    this.#listAnew();
  }

  /** What the page was printed for is what is looked for. */
  #adoptFilter() {
    this.#filter.states = new Set(this.#chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.state));
    this.#filter.text = this.#search.value.trim();
    this.#filter.sort = this.#root.querySelector("[name=sort]").value;
    this.#filter.feederId = this.#feederChip.dataset.picked || null;
  }

  #tile(key) {
    const known = this.#tiles.get(key);
    if (known) return known;
    const tile = this.#take(Tile.blank(this.#template, key, nameOf(this.#view, this.#view.evses[key])));
    tile.patch(this.#view, this.#view.evses[key], this.#words);
    return tile;
  }

  #take(tile) {
    this.#tiles.set(tile.key, tile);
    this.#watch.observe(tile.element);
    return tile;
  }

  /** What is not listed any more is forgotten. */
  #keep(keys) {
    const listed = new Set(keys);
    for (const [key, tile] of this.#tiles) {
      if (listed.has(key)) continue;
      this.#watch.unobserve(tile.element);
      this.#tiles.delete(key);
    }
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
    const shown = keys.filter((key) => this.#filter.lets(this.#view, evses[key]));
    const busy = shown.filter((key) => !isAtRest(evses[key])).slice(0, this.#most);
    const rest = shown.filter((key) => isAtRest(evses[key])).slice(0, this.#most - busy.length);
    arrange(this.#busy, busy.map((key) => this.#tile(key).element));
    arrange(this.#rest, rest.map((key) => this.#tile(key).element));
    this.#keep([...busy, ...rest]);
    this.#left = shown.length - busy.length - rest.length;
    show(this.#none, keys.length > 0 && shown.length === 0);
    show(this.#root, keys.length > 0);
    show(this.#empty, keys.length === 0);
    this.#pages?.remove(); // all of them are at hand
    this.#pages = null;
    write(this.#cells.shown, this.#filter.isOpen ? "" : say("%(shown)s of %(all)s shown", { shown: shown.length, all: keys.length }));
  }

  /** The end of the list comes near: there may be more. */
  #listMore() {
    if (this.#left === 0) return;
    this.#most += STEP;
    this.#arrange();
  }

  /** Something else is looked for: from the beginning. */
  #listAnew() {
    this.#most = STEP;
    this.#arrange();
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
    this.#listAnew();
  }

  #look(text) {
    this.#filter.text = text;
    this.#listAnew();
  }

  #sort(order) {
    this.#filter.sort = order;
    this.#listAnew();
  }

  #clear(event) {
    event.preventDefault();
    this.#filter.clear();
    this.#search.value = "";
    for (const chip of this.#chips) mark(chip, "aria-pressed", "false");
    this.#hear.feeder(null);
  }
}
