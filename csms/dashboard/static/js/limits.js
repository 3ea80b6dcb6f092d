/** Limits on feeders: what is in force, and a sheet that asks before one is put or lifted. */

import { cells, show, write } from "./dom.js";
import { amps, limitLine, limitWords, minute } from "./format.js";
import { SiteClock } from "./site_clock.js";
import { say } from "./words.js";

const OWN = "operator";
const ARROW = "\u2192";

/** Keeps the lists up to date and sends what is asked for; `api` is the site's path. */
export class Limits {
  #clock = new SiteClock();
  #lists = new Map();
  #sheet;
  #view = null;

  constructor(api) {
    this.#sheet = new Sheet(api);
    for (const item of document.querySelectorAll("[data-feeder]")) {
      const key = item.dataset.feeder;
      const { impose, limits } = cells(item.querySelector(".feeder-box"));
      this.#lists.set(key, limits);
      impose.addEventListener("click", () => this.#view && this.#sheet.ask(new Imposing(key, this.#view, this.#clock)));
    }
  }

  /** Show what has changed. */
  patch(view, touched) {
    this.#view = view;
    this.#clock.patch(view, touched);
    for (const key of touched.feeders) this.#list(key, view.feeders[key]);
  }

  #list(key, feeder) {
    const list = this.#lists.get(key);
    const lines = feeder.imposed.map((limit) => ({ limit, text: limitLine(limit, this.#view.timezone, this.#clock.now()) }));
    const isSame = lines.length === list.children.length && list.dataset.isLive
      && lines.every(({ text }, i) => list.children[i].dataset.text === text);
    if (isSame) return;
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...lines.map(({ limit, text }) => this.#line(key, limit, text)));
    list.dataset.isLive = "true";
    if (hadFocus) (list.querySelector("button") ?? this.#pick(key)).focus();
  }

  #pick(key) {
    return document.querySelector(`[data-feeder="${CSS.escape(key)}"] .feeder-act`);
  }

  #line(key, limit, text) {
    const [line, words, lift] = ["li", "span", "button"].map((name) => document.createElement(name));
    line.dataset.text = text;
    write(words, text);
    write(lift, say("Lift"));
    lift.type = "button";
    lift.className = "plain";
    lift.setAttribute("aria-label", say("Lift: %(limit)s", { limit: text }));
    lift.addEventListener("click", () => this.#sheet.ask(new Lifting(key, this.#view.feeders[key], limit)));
    line.append(words, ...(limit.by ? [] : [lift])); // what a profile says is its grid company's to change
    return line;
  }
}

/** A limit that is about to be imposed. */
class Imposing {
  party = OWN;
  method = "PUT";
  hasFields = true;
  words = { go: say("Limit it"), back: say("Back") };

  constructor(key, view, clock) {
    this.key = key;
    this.feeder = view.feeders[key];
    this.title = say("Limit %(feeder)s now", { feeder: this.feeder.name });
    this.zone = view.timezone;
    this.clock = clock;
  }

  body(fields) {
    const minutes = fields.minutes.value;
    const until = minutes && new Date(this.clock.now().getTime() + Number(minutes) * 60_000).toISOString();
    return { amps: Number(fields.amps.value), words: fields.words.value.trim(), ...(until && { until }) };
  }

  question({ amps: wanted, until }) {
    const now = this.clock.now();
    const ends = until ? say("until %(time)s", { time: minute(new Date(until), this.zone, now) }) : say("until it is lifted");
    const limit = this.feeder.limit_a;
    const lowered = limit.map((line) => Math.min(line, wanted));
    const isLower = lowered.some((line, i) => line < limit[i]);
    const { name } = this.feeder;
    if (isLower) {
      const change = `${limitWords(limit)} ${ARROW} ${limitWords(lowered)}`;
      return say("%(feeder)s: %(change)s at once, %(ends)s.", { feeder: name, change, ends });
    }
    return say("%(feeder)s: no more than %(amps)s A, %(ends)s. Nothing is lowered now; where it was limited to less, room comes back gradually.", { feeder: name, amps: amps(wanted), ends });
  }
}

/** A limit that is about to be lifted. */
class Lifting {
  method = "DELETE";
  hasFields = false;
  words = { go: say("Lift it"), back: say("Keep it") };

  constructor(key, feeder, limit) {
    this.key = key;
    this.party = limit.party;
    this.query = `?from=${encodeURIComponent(limit.from_at)}`;
    this.title = say("Lift the limit of %(feeder)s", { feeder: feeder.name });
    this.text = say("%(feeder)s: %(amps)s no longer hold. Room comes back gradually.", { feeder: feeder.name, amps: limitWords(limit.amps) });
  }

  body() {
    return undefined;
  }

  question() {
    return this.text;
  }
}

/** The sheet: what is wanted, then the question, then what came of it. */
class Sheet {
  #dialog = document.querySelector(".limit");
  #form = this.#dialog.querySelector("form");
  #to = cells(this.#dialog);
  #api;
  #act = null;
  #body = undefined;
  #step = "fill";

  constructor(api) {
    this.#api = api;
    this.#form.addEventListener("submit", (event) => this.#next(event));
    this.#to.back.addEventListener("click", () => this.#back());
  }

  /** Ask for what an act needs, and whether it is meant. */
  ask(act) {
    this.#act = act;
    this.#form.reset();
    write(this.#to.title, act.title);
    this.#show(act.hasFields ? "fill" : "ask");
    this.#dialog.showModal();
    (act.hasFields ? this.#to.amps : this.#to.back).focus();
  }

  #show(step, told = "") {
    const { words } = this.#act;
    this.#step = step;
    if (step === "ask") this.#body = this.#act.body(this.#to);
    show(this.#to.fields, step === "fill");
    this.#to.fields.inert = step !== "fill";
    this.#to.amps.disabled = step !== "fill"; // what is hidden must not be asked for
    write(this.#to.question, step === "ask" ? this.#act.question(this.#body) : "");
    write(this.#to.told, told);
    show(this.#to.go, step !== "told");
    write(this.#to.go, step === "fill" ? say("Next") : words.go);
    write(this.#to.back, { fill: say("Cancel"), ask: words.back, told: say("Close") }[step]);
  }

  #next(event) {
    event.preventDefault();
    if (this.#step === "fill") {
      this.#show("ask");
      this.#to.go.focus();
    } else if (this.#step === "ask") this.#send();
  }

  #back() {
    if (this.#step === "ask" && this.#act.hasFields) {
      this.#show("fill");
      this.#to.amps.focus();
    } else this.#dialog.close();
  }

  async #send() {
    const { key, party, method, query = "" } = this.#act;
    const path = `${this.#api}/feeders/${encodeURIComponent(key)}/limits/${party}${query}`;
    const body = this.#body && JSON.stringify(this.#body);
    this.#to.go.disabled = true;
    try {
      const answer = await fetch(path, { method, body, headers: body ? { "content-type": "application/json" } : {} });
      const told = answer.status === 204 ? {} : await answer.json();
      if (told.detail || told.warning) this.#tell(told.detail ?? told.warning);
      else this.#dialog.close();
    } catch {
      this.#tell(say("The server does not answer."));
    } finally {
      this.#to.go.disabled = false;
    }
  }

  #tell(text) {
    this.#show("told", text.charAt(0).toUpperCase() + text.slice(1));
    this.#to.back.focus();
  }
}
