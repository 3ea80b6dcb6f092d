/** What can be done at a connector, its course and last messages: printed by the server, in the sheet. */

import { ConnectorCourse } from "./connector_course.js";
import { say } from "./words.js";

const PART = "?part=sheet";

/** Keeps the server's part of the sheet; forms in it are sent without leaving the page. */
export class ConnectorSheet {
  #box;
  #path = null;
  #course = null;

  constructor(box) {
    this.#box = box;
    box.addEventListener("submit", (event) => this.#send(event));
    box.addEventListener("click", (event) => this.#follow(event));
  }

  /** Show a connector, by the path of its page. */
  open(path) {
    this.close();
    this.#path = path;
    this.#say(say("Reading what can be done …"));
    this.#load(path);
  }

  /** The connector has changed: print it anew, unless somebody is at it. */
  renew() {
    const isAtWork = this.#box.contains(document.activeElement) || this.#box.querySelector("details[open], .sheet-ask");
    if (this.#path !== null && !isAtWork && !this.#box.ariaBusy) this.#load(this.#path);
  }

  /** Forget it. */
  close() {
    this.#path = null;
    this.#course?.end();
    this.#course = null;
    this.#box.replaceChildren();
  }

  async #load(path, options = {}) {
    const opened = this.#path;
    this.#box.ariaBusy = "true";
    try {
      const answer = await fetch(`${path}${PART}`, options);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (this.#path !== opened) return;
      const sheet = page.querySelector(".sheet");
      if (sheet) this.#put(document.adoptNode(sheet), options.method === "POST");
      else this.#say(page.querySelector("main p")?.textContent ?? say("That cannot be shown just now."));
    } catch {
      if (this.#path === opened) this.#say(say("The server does not answer."));
    } finally {
      this.#box.ariaBusy = null;
    }
  }

  #put(sheet, isAnswer) {
    this.#course?.end();
    this.#box.replaceChildren(sheet);
    const part = sheet.querySelector(".connector-course");
    this.#course = part && new ConnectorCourse(part);
    this.#course?.show();
    if (isAnswer) sheet.querySelector(".sheet-told, .sheet-ask .sheet-go")?.focus();
  }

  #send(event) {
    event.preventDefault();
    const form = event.target;
    const body = new URLSearchParams(new FormData(form));
    this.#load(new URL(form.action).pathname, { method: "POST", body });
  }

  #follow(event) {
    const link = event.target.closest(".sheet-ask a");
    if (!link) return;
    event.preventDefault();
    this.#load(this.#path);
  }

  #say(text) {
    const line = document.createElement("p");
    line.role = "status";
    line.textContent = text;
    this.#box.replaceChildren(line);
  }
}
