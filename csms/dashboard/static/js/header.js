/** The bar on top and the headline: the site's time, whether the page is live, how the site stands. */

import { cells, draw, mark, write } from "./dom.js";
import { second } from "./format.js";
import { SiteClock } from "./site_clock.js";
import { say } from "./words.js";

const TICK_MS = 1000;
const LINK_WORDS = {
  connecting: say("Connecting …"),
  live: say("Live"),
  lost: say("Connection lost, trying again …"),
};

/** Keeps the site's time, the state of the link and the headline up to date. */
export class Header {
  #bar = cells(document.querySelector(".bar"));
  #link = document.querySelector(".link");
  #headline = document.querySelector(".headline");
  #announcement = document.querySelector("[data-f=announcement]");
  #main;
  #clock = new SiteClock();
  #view = null;

  constructor(main) {
    this.#main = main;
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Show what has changed. */
  patch(view, touched) {
    this.#view = view;
    this.#clock.patch(view, touched);
    this.#tick();
    if (!touched.has("level", "headline")) return;
    const hasNewLevel = this.#headline.dataset.level !== view.level;
    mark(this.#headline, "data-level", view.level);
    draw(this.#headline, `level-${view.level}`);
    write(this.#headline.querySelector("[data-f=headline]"), view.headline);
    if (hasNewLevel) write(this.#announcement, view.headline);
  }

  /** Say whether the figures can be trusted. */
  link(state) {
    const word = state === "stale" ? say("No connection, figures of %(time)s", { time: this.#lastTime() }) : LINK_WORDS[state];
    mark(this.#link, "data-link", state);
    mark(this.#main, "data-link", state);
    write(this.#bar.link, word);
    if (state !== "connecting") write(this.#announcement, word);
  }

  #tick() {
    if (this.#view === null || this.#link.dataset.link === "stale") return;
    write(this.#bar.time, second(this.#clock.now(), this.#view.timezone));
  }

  #lastTime() {
    if (this.#view === null) return this.#bar.time.textContent;
    return second(new Date(this.#view.now), this.#view.timezone);
  }
}
