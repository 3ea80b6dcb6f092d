/** The live stream: opened again whenever it breaks, falls silent or has a gap. */

const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const SILENT_MS = 40_000;
const STALE_MS = 6_000;

/**
 * Follows one stream of server-sent events.
 *
 * `hear.snapshot(view)` and `hear.delta(delta)` are called with what comes; `hear.link(state)` with
 * `connecting`, `live`, `lost` (just now) or `stale` (for so long that the figures are old).
 */
export class Stream {
  #url;
  #hear;
  #source = null;
  #number = null;
  #lastId = null;
  #tries = 0;
  #state = null;
  #retry = 0;
  #silence = 0;
  #stale = 0;

  constructor(url, hear) {
    this.#url = url;
    this.#hear = hear;
  }

  /** Begin to follow. */
  start() {
    this.#say("connecting");
    this.#open();
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => this.#hurry());
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => event.persisted && this.#open());
  }

  #open() {
    this.#close();
    this.#source = new EventSource(this.#lastId === null ? this.#url : withAfter(this.#url, this.#lastId));
    this.#source.addEventListener("snapshot", (event) => this.#begin(JSON.parse(event.data), event.lastEventId));
    this.#source.addEventListener("delta", (event) => this.#goOn(JSON.parse(event.data), event.lastEventId));
    this.#source.addEventListener("error", () => this.#lose());
    this.#listen();
    this.#expect();
  }

  #close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = null;
  }

  #begin(snapshot, id) {
    this.#note(snapshot.seq, id);
    this.#hear.snapshot(snapshot.view);
    this.#say("live");
  }

  #goOn(delta, id) {
    if (delta.seq !== this.#number + 1) {
      this.#lastId = null;
      this.#open(); // something was missed: a new snapshot makes up for it
      return;
    }
    this.#note(delta.seq, id);
    this.#hear.delta(delta);
    this.#say("live");
  }

  #note(number, id) {
    this.#tries = 0;
    clearTimeout(this.#stale);
    this.#stale = 0;
    this.#number = number;
    this.#lastId = id;
    this.#listen();
  }

  #lose() {
    this.#close();
    this.#retry = setTimeout(() => this.#open(), RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)]);
    this.#tries += 1;
    this.#expect();
    if (this.#state !== "stale") this.#say("lost");
  }

  /** A connection that died without a word says nothing, and so does a site at rest: ask. */
  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#open(), SILENT_MS);
  }

  /** Unless a snapshot comes soon, the figures are old. */
  #expect() {
    this.#stale ||= setTimeout(() => this.#say("stale"), STALE_MS);
  }

  #hurry() {
    if (document.visibilityState === "visible" && this.#state !== "live") this.#open();
  }

  #say(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#hear.link(state);
  }
}

/** An address that tells the last event that was seen: a new EventSource sends no header. */
function withAfter(url, id) {
  return `${url}${url.includes("?") ? "&" : "?"}after=${encodeURIComponent(id)}`;
}
