/** The page of a site: one stream in, and the parts of the page that it keeps up to date. */

import { Badge } from "./badge.js";
import { Chart } from "./chart.js";
import { Connectors } from "./connectors.js";
import { Details } from "./details.js";
import { Feeders } from "./feeders.js";
import { Figures } from "./figures.js";
import { Guard } from "./guard.js";
import { Header } from "./header.js";
import { Limits } from "./limits.js";
import { all, apply } from "./store.js";
import { Stream } from "./stream.js";
import { Summary } from "./summary.js";
import { inLanguage } from "./words.js";

const main = document.querySelector("#site");
const { api } = main.dataset;

const header = new Header(main);
const details = new Details();
const feeders = new Feeders(pick);
const connectors = new Connectors({ open: (key) => view && details.open(view, key), feeder: pick });
const guard = new Guard(`${api}/guard-events`);
const parts = [header, new Badge(), new Summary(), new Figures(), feeders, new Limits(api), connectors, details, guard, new Chart(`${api}/series`)];

let view = null;

function pick(feederId) {
  feeders.picked(feederId);
  connectors.pick(feederId);
}

function patch(touched) {
  if (feeders.isOutdated(view)) {
    location.reload(); // the site has been built otherwise: print it anew
    return;
  }
  for (const part of parts) part.patch(view, touched);
}

const stream = new Stream(`${api}/live${inLanguage}`, {
  snapshot(whole) {
    view = whole;
    patch(all(view));
  },
  delta(delta) {
    patch(apply(view, delta));
  },
  link(state) {
    header.link(state);
  },
});
stream.start();
