/** One connector's tile. */

import { cells, draw, mark, write } from "./dom.js";
import { NOTHING, amps, energyLine, kilo, share, tenths } from "./format.js";
import { say } from "./words.js";

/** Nobody waits at a connector in one of these states: its tile is small. */
const AT_REST = new Set(["available", "reserved", "unavailable", "never_seen"]);

/**
 * A connector's element. What it says is kept up to date while it is near what can be seen; of a
 * tile farther away only its name and its state are there.
 */
export class Tile {
  #cells = null;
  #rest = null;
  #icon;
  #isNear = false;
  #isOld = true;

  /** Take over a printed element. */
  constructor(element) {
    this.element = element;
    this.key = element.dataset.key;
  }

  /** Make a new element from the page's template: its name, and what is put in when it comes near. */
  static blank(template, key, name) {
    const element = template.content.querySelector(".tile").cloneNode(true);
    element.dataset.key = key;
    const tile = new Tile(element);
    const [head, ...rest] = element.children;
    write(cells(head).name, name);
    element.replaceChildren(head);
    tile.#rest = rest;
    return tile;
  }

  /** The state that it shows. */
  get state() {
    return this.element.dataset.state;
  }

  /** Something of its EVSE has changed. */
  patch(view, evse, words) {
    mark(this.element, "data-state", evse.state);
    this.#isOld = true;
    if (this.#isNear) this.#show(view, evse, words);
  }

  /** It has come near what can be seen, or has gone from there; `evse`: undefined before any is known. */
  approach(isNear, view, evse, words) {
    this.#isNear = isNear;
    if (isNear && this.#isOld && evse) this.#show(view, evse, words);
  }

  #show(view, evse, words) {
    this.#isOld = false;
    if (this.#rest !== null) this.element.append(...this.#rest);
    this.#rest = null;
    this.#cells ??= cells(this.element);
    this.#icon ??= this.element.querySelector(".tile-state");
    const to = this.#cells;
    draw(this.#icon, `state-${evse.state}`);
    write(to.name, nameOf(view, evse));
    write(to.word, words[evse.state]);
    write(to.power, evse.power_w === null ? NOTHING : kilo(evse.power_w));
    write(to.current, currentLine(evse));
    mark(to.limit_bar, "width", share(evse.limit_a, evse.max_a));
    mark(to.current_bar, "width", share(Math.max(...(evse.current_a ?? [0])), evse.max_a));
    write(to.energy, energyLine(evse, view.timezone, new Date(view.now)));
    write(to.reason, evse.reason.text);
  }
}

/** Whether nobody waits here. */
export function isAtRest(evse) {
  return AT_REST.has(evse.state);
}

/** A connector's name: the station's where that has one EVSE only. */
export function nameOf(view, evse) {
  const isAlone = !(`${evse.station_id}/${evse.number === 1 ? 2 : 1}` in view.evses);
  return isAlone ? evse.station_id : `${evse.station_id}/${evse.number}`;
}

function currentLine(evse) {
  const measured = evse.current_a === null ? NOTHING : tenths(Math.max(...evse.current_a));
  return say("%(amps)s of %(limit)s A", { amps: measured, limit: amps(evse.limit_a) });
}
