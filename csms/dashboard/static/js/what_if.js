/** What another limit would do: asked of the API when the slider rests, told in a sentence and a table. */

import { cells, show, write } from "./dom.js";
import { amps, minute, tenths } from "./format.js";
import { inLanguage, say, sayCount } from "./words.js";

const REST_MS = 350;
const TRIES = 8;
const SHORT_WH = 50;
const SOONER_S = 60;
const ROWS = 12;

/** The form and its answer. */
export class WhatIf {
  #form = document.querySelector(".what-if");
  #cells = cells(this.#form);
  #fields = this.#form.elements;
  #url;
  #zone;
  #due = 0;
  #asked = 0;

  constructor(api, zone) {
    this.#url = `${api}/plan/what-if${inLanguage}`;
    this.#zone = zone;
    show(this.#form.querySelector(".what-if-asked"), true);
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#fields.feeder.addEventListener("change", () => this.#choose());
    this.#fields.limit.addEventListener("input", () => this.#rest());
    this.#choose();
  }

  /** A new plan has been made: what was told is of the one before. */
  outdate() {
    if (this.#cells.told.textContent && this.#form.ariaBusy !== "true") this.#ask(TRIES);
  }

  #choose() {
    const { least, now, most } = this.#fields.feeder.selectedOptions[0].dataset;
    const { limit } = this.#fields;
    [limit.min, limit.max, limit.value] = [Math.ceil(least), Math.floor(most), Math.round(now)];
    this.#write();
    write(this.#cells.told, "");
    show(this.#cells.frame, false);
  }

  #write() {
    const now = Number(this.#fields.feeder.selectedOptions[0].dataset.now);
    const words = say("%(amps)s A, now %(now)s A", { amps: this.#fields.limit.value, now: amps(now) });
    write(this.#fields.shown, words);
    this.#fields.limit.setAttribute("aria-valuetext", words);
  }

  #rest() {
    this.#write();
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.#ask(TRIES), REST_MS);
  }

  async #ask(tries) {
    this.#asked += 1;
    const number = this.#asked;
    this.#form.ariaBusy = "true";
    write(this.#cells.told, say("Planning …"));
    const body = { feeder_id: this.#fields.feeder.value, limit_a: Number(this.#fields.limit.value) };
    const answer = await fetch(this.#url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }).catch(() => null);
    if (number !== this.#asked) return; // another one has been asked for meanwhile
    if (answer === null) {
      this.#form.ariaBusy = "false";
      write(this.#cells.told, say("The server does not answer."));
      return;
    }
    if (answer.status === 429 && tries > 1) {
      const waitS = Number(answer.headers.get("Retry-After") ?? 1);
      clearTimeout(this.#due);
      this.#due = setTimeout(() => this.#ask(tries - 1), waitS * 1000);
      return;
    }
    this.#form.ariaBusy = "false";
    const told = await answer.json();
    if (answer.ok) this.#tell(told);
    else write(this.#cells.told, say("It could not be found out: %(why)s", { why: told.detail }));
  }

  #tell({ limit_a: limit, vehicles }) {
    const touched = vehicles.filter(isTouched);
    write(this.#cells.told, sentence(limit, touched));
    this.#cells.rows.replaceChildren(...touched.slice(0, ROWS).map((one) => this.#row(one)));
    show(this.#cells.frame, touched.length > 0);
  }

  #row(one) {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = one.evse;
    row.append(name);
    const energy = (now, then) => `${tenths(now / 1000)} \u2192 ${tenths(then / 1000)} kWh`;
    row.append(cell(energy(one.expected_wh, one.expected_then_wh)));
    row.append(cell(one.short_wh < SHORT_WH && one.short_then_wh < SHORT_WH ? "\u2013" : energy(one.short_wh, one.short_then_wh)));
    row.append(cell(`${this.#at(one.done_at)} \u2192 ${this.#at(one.done_then_at)}`));
    if (one.short_then_wh >= SHORT_WH) row.dataset.level = "tight";
    return row;
  }

  #at(text) {
    if (text === null) return say("not in time");
    const at = new Date(text);
    return minute(at, this.#zone, at);
  }
}

function cell(text) {
  const made = document.createElement("td");
  made.className = "figure";
  made.textContent = text;
  return made;
}

function isTouched(one) {
  return Math.abs(one.less_wh) >= SHORT_WH || Math.abs(one.short_then_wh - one.short_wh) >= SHORT_WH || Math.abs(one.later_s ?? 0) >= SOONER_S || (one.done_at === null) !== (one.done_then_at === null);
}

function sentence(limit, touched) {
  if (touched.length === 0) return say("With %(amps)s A nothing changes for any vehicle.", { amps: amps(limit) });
  const lacked = touched.reduce((sum, one) => sum + one.short_then_wh - one.short_wh, 0);
  const less = touched.reduce((sum, one) => sum + one.less_wh, 0);
  const later = Math.max(...touched.map((one) => one.later_s ?? 0));
  const sooner = -Math.min(...touched.map((one) => one.later_s ?? 0));
  const [missing, given] = [lacked, less].map((energy) => ({ kwh: tenths(Math.abs(energy) / 1000) }));
  const parts = [
    lacked >= SHORT_WH && say("%(kwh)s kWh more would be lacking", missing),
    lacked <= -SHORT_WH && say("%(kwh)s kWh less would be lacking", missing),
    less >= SHORT_WH && say("vehicles would get %(kwh)s kWh less in all", given),
    less <= -SHORT_WH && say("vehicles would get %(kwh)s kWh more in all", given),
    later >= SOONER_S && say("they would have what they need up to %(time)s later", { time: length(later) }),
    sooner >= SOONER_S && say("up to %(time)s sooner", { time: length(sooner) }),
  ].filter(Boolean);
  return sayCount(
    "With %(amps)s A, %(n)s vehicle is touched: %(changes)s.",
    "With %(amps)s A, %(n)s vehicles are touched: %(changes)s.",
    touched.length,
    { amps: amps(limit), changes: parts.join(", ") },
  );
}

function length(seconds) {
  const minutes = Math.round(seconds / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours && say("%(n)s h", { n: hours }), rest && say("%(n)s min", { n: rest })].filter(Boolean).join(" ");
}
