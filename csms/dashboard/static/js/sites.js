/** The list of sites: how each of them stands, asked for every few seconds. */

import { draw, mark, show, write } from "./dom.js";
import { inLanguage } from "./words.js";

const EVERY_MS = 5000;

const rows = new Map([...document.querySelectorAll("[data-site]")].map((row) => [row.dataset.site, row]));

async function look() {
  const answer = await fetch(`/api/v1/sites${inLanguage}`);
  if (!answer.ok) throw new Error(`expected the sites, got status ${answer.status}`);
  const sites = await answer.json();
  if (sites.length !== rows.size || sites.some((site) => !rows.has(site.site_id))) location.reload();
  else sites.forEach(patch);
}

function patch(site) {
  const row = rows.get(site.site_id);
  const line = row.querySelector(".site-line");
  mark(row, "data-level", site.level);
  mark(line, "data-level", site.level);
  draw(line, `level-${site.level}`);
  write(line.querySelector("[data-f=headline]"), site.headline);
}

async function keepLooking() {
  let isLost = false;
  try {
    await look();
  } catch {
    isLost = true; // the next look may find them
  }
  mark(document.querySelector(".sites"), "data-link", isLost ? "stale" : "live");
  show(document.querySelector(".lost"), isLost);
  setTimeout(keepLooking, EVERY_MS);
}

setTimeout(keepLooking, EVERY_MS);
