/** The row of key figures: today, and over thirty days. */

import { cells, mark, write } from "./dom.js";

/** Keeps the row up to date. */
export class Figures {
  #list = document.querySelector(".figures");
  #blank = document.querySelector("#figure");

  /** Show what has changed. */
  patch(view, touched) {
    if (!touched.has("figures")) return;
    const shown = new Map([...this.#list.children].map((one) => [one.dataset.key, one]));
    const rows = view.figures.map((figure) => this.#row(shown.get(figure.key), figure));
    if (rows.length !== this.#list.children.length || rows.some((row, place) => row !== this.#list.children[place])) {
      this.#list.replaceChildren(...rows);
    }
  }

  #row(known, figure) {
    const row = known ?? this.#blank.content.firstElementChild.cloneNode(true);
    const parts = cells(row);
    mark(row, "data-key", figure.key);
    for (const field of ["title", "today", "month"]) write(parts[field], figure[field]);
    return row;
  }
}
