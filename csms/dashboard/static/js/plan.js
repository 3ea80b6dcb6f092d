/** The page of the plan: drawn from the API's outlook, and followed as new plans are made. */

import { mark, write } from "./dom.js";
import { PlanMap } from "./plan_map.js";
import { RoomChart } from "./plan_room.js";
import { all, apply } from "./store.js";
import { Stream } from "./stream.js";
import { WhatIf } from "./what_if.js";
import { inLanguage, say } from "./words.js";

const REST_MS = 5000;
const PARTS = ["head", "key", "facts", "lines", "resources"];

const main = document.querySelector("main.plan");
const { api, timezone } = main.dataset;
const room = new RoomChart(main, timezone);
const map = new PlanMap(main, timezone);
const whatIf = document.querySelector(".what-if-asked") ? new WhatIf(api, timezone) : null;

let view = null;
let made = null;
let due = 0;

async function draw() {
  const answer = await fetch(`${api}/plan/outlook${inLanguage}`);
  if (!answer.ok) return;
  const outlook = await answer.json();
  main.querySelector(".plan-drawn").hidden = false;
  room.show(outlook);
  map.show(outlook);
}

/** Print the words anew, as the server does, and draw the new plan. */
async function renew() {
  due = 0;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of PARTS) {
    const [old, next] = [document, page].map((one) => one.querySelector(`[data-part=${part}]`));
    if (old && next && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(next));
  }
  await draw();
  whatIf?.outdate();
}

function follow() {
  const planned = view.plan?.made_at ?? null;
  if (made !== null && planned !== made) due ||= setTimeout(renew, REST_MS);
  made = planned;
}

await draw();
new Stream(`${api}/live${inLanguage}`, {
  snapshot(whole) {
    view = whole;
    all(view);
    follow();
  },
  delta(delta) {
    if (apply(view, delta).has("plan")) follow();
  },
  link(state) {
    mark(main, "data-link", state);
    const words = { lost: say("Connection lost, trying again …"), stale: say("No connection: this is the plan as it was told last. Trying again …") };
    write(main.querySelector("[data-f=link]"), words[state] ?? "");
  },
}).start();
