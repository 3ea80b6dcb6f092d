/** The site's time, which passes between what the stream tells. */

export class SiteClock {
  #view = null;
  #heardMs = 0;

  /** Take the time from a view, if that is new. */
  patch(view, touched) {
    this.#view = view;
    if (touched.has("now")) this.#heardMs = performance.now();
  }

  /** The time of the site as a date, null before the first view. */
  now() {
    if (this.#view === null) return null;
    const passedMs = (performance.now() - this.#heardMs) * this.#view.clock_rate;
    return new Date(Date.parse(this.#view.now) + passedMs);
  }
}
