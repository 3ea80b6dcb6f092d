/** Following the messages of a site: the page is asked for again, and what is new put on top. */

import { cells, show, write } from "./dom.js";
import { say, sayCount } from "./words.js";

const EVERY_MS = 2000;
const MOST_SHOWN = 300;

class Follower {
  #list = document.querySelector(".messages");
  #tick = document.querySelector(".follow");
  #cells = cells(document);
  #timer = null;
  #isLost = false;

  begin() {
    if (!this.#tick) return;
    show(this.#tick, true);
    this.#tick.querySelector("input").addEventListener("change", (event) => {
      clearTimeout(this.#timer);
      if (event.target.checked) this.#look();
    });
  }

  async #look() {
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) throw new Error(`expected messages, got status ${answer.status}`);
      this.#take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      this.#isLost = true;
      write(this.#cells.told, say("The server does not answer. Trying again …"));
    }
    this.#timer = setTimeout(() => this.#look(), EVERY_MS);
  }

  #take(page) {
    const known = new Set([...this.#list.children].map((row) => row.dataset.cursor));
    const rows = [...page.querySelectorAll(".messages > li[data-cursor]")];
    const fresh = rows.filter((row) => !known.has(row.dataset.cursor));
    if (fresh.length === 0) {
      if (this.#isLost) write(this.#cells.told, "");
      this.#isLost = false;
      return;
    }
    this.#isLost = false;
    this.#list.querySelector(".none")?.remove();
    this.#list.prepend(...fresh.map((row) => document.adoptNode(row)));
    while (this.#list.children.length > MOST_SHOWN) this.#list.lastElementChild.remove();
    write(this.#cells.told, sayCount("%(n)s new message", "%(n)s new messages", fresh.length));
  }
}

new Follower().begin();
