/** Connectors and resources over time, coloured by what they are planned to get and to give. Only rows in sight are drawn. */

import { show, write } from "./dom.js";
import { minute } from "./format.js";
import { gutter, RIGHT_PX } from "./plan_frame.js";
import { rowsOf } from "./plan_rows.js";
import { say } from "./words.js";

const ROW_PX = 20;
const GAP_PX = 3;
const FAINTEST = 0.14;
const NAME_GAP_PX = 8;

/** Draws the map, and tells what stands at the cursor. */
export class PlanMap {
  #main;
  #zone;
  #frame;
  #canvas;
  #told;
  #rows = [];
  #edges = [];
  #cursor = null;

  constructor(main, zone) {
    this.#main = main;
    this.#zone = zone;
    this.#frame = main.querySelector(".plan-map");
    if (!this.#frame) return;
    this.#canvas = this.#frame.querySelector("canvas");
    this.#told = main.querySelector(".plan-at");
    new ResizeObserver(() => this.#draw()).observe(this.#frame);
    document.addEventListener("recoloured", () => this.#draw());
    this.#frame.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.#frame.addEventListener("pointermove", (event) => this.#point(event));
    this.#frame.addEventListener("pointerleave", () => this.#move(null));
    this.#frame.addEventListener("keydown", (event) => this.#press(event));
  }

  /** Draw a plan. */
  show(outlook) {
    this.#edges = outlook.edges;
    this.#rows = rowsOf(outlook);
    for (const part of [this.#frame, this.#told]) show(part, this.#rows.length > 0);
    this.#frame.querySelector(".plan-rows").style.height = `${this.#rows.length * ROW_PX}px`;
    if (this.#cursor && this.#cursor.row >= this.#rows.length) this.#cursor = null;
    this.#draw();
    this.#tell();
  }

  #draw() {
    const { clientWidth: width, scrollTop: top } = this.#frame;
    const height = Math.min(this.#rows.length * ROW_PX, this.#frame.clientHeight);
    if (width === 0 || height === 0) return;
    const scale = devicePixelRatio;
    this.#canvas.width = width * scale;
    this.#canvas.height = height * scale;
    this.#canvas.style.height = `${height}px`;
    const pen = this.#canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.translate(0, -top);
    const inks = this.#inks();
    pen.font = inks.font;
    pen.textBaseline = "middle";
    const last = Math.min(this.#rows.length, Math.ceil((top + height) / ROW_PX));
    for (let row = Math.floor(top / ROW_PX); row < last; row += 1) this.#drawRow(pen, row, width, inks);
    this.#drawCursor(pen, width, inks);
  }

  #drawRow(pen, row, width, inks) {
    const { key, values, most, until, leaves, lacks, isOther } = this.#rows[row];
    const y = row * ROW_PX;
    if (isOther && !this.#rows[row - 1]?.isOther && row > 0) {
      pen.fillStyle = inks.text;
      pen.fillRect(0, y, width - RIGHT_PX, 1);
    }
    pen.fillStyle = lacks ? inks.short : inks.text;
    pen.fillText(key, 0, y + ROW_PX / 2, gutter(width) - NAME_GAP_PX);
    values.forEach((value, slot) => {
      const [from, to] = [this.#edges[slot], Math.min(this.#edges[slot + 1], until)];
      if (to <= from) return;
      const [x, end] = [this.#x(from, width), this.#x(to, width)];
      pen.globalAlpha = value ? FAINTEST + (1 - FAINTEST) * Math.min(Math.abs(value) / most, 1) : 1;
      pen.fillStyle = value > 0 ? inks.load : value < 0 ? inks.gives : inks.paused;
      pen.fillRect(x, y + GAP_PX / 2, end - x, ROW_PX - GAP_PX);
    });
    pen.globalAlpha = 1;
    if (values.length === 0) pen.fillText(say("not planned"), gutter(width), y + ROW_PX / 2);
    if (leaves > this.#edges.at(-1)) return;
    pen.fillStyle = inks.ink;
    pen.fillRect(this.#x(leaves, width) - 1, y + GAP_PX / 2, 2, ROW_PX - GAP_PX);
  }

  #drawCursor(pen, width, inks) {
    if (!this.#cursor) return;
    const { row, slot } = this.#cursor;
    const [x, end] = [this.#x(this.#edges[slot], width), this.#x(this.#edges[slot + 1], width)];
    pen.strokeStyle = inks.ink;
    pen.lineWidth = 1.5;
    pen.strokeRect(x, row * ROW_PX + 1, Math.max(end - x, 3), ROW_PX - 2);
  }

  #x(at, width) {
    const [from, to] = [this.#edges[0], this.#edges.at(-1)];
    const left = gutter(width);
    return Math.round(left + ((at - from) / (to - from)) * (width - left - RIGHT_PX));
  }

  #point(event) {
    const box = this.#frame.getBoundingClientRect();
    const left = gutter(box.width);
    const share = (event.clientX - box.left - left) / (this.#frame.clientWidth - left - RIGHT_PX);
    const row = Math.floor((event.clientY - box.top + this.#frame.scrollTop) / ROW_PX);
    if (share < 0 || share >= 1 || row >= this.#rows.length) {
      this.#move(null);
      return;
    }
    const at = this.#edges[0] + share * (this.#edges.at(-1) - this.#edges[0]);
    this.#move({ row, slot: this.#edges.findLastIndex((edge) => edge <= at) });
  }

  #press(event) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -Infinity], End: [0, Infinity] };
    const step = steps[event.key];
    if (!step || this.#rows.length === 0) return;
    event.preventDefault();
    const { row, slot } = this.#cursor ?? { row: 0, slot: 0 };
    const moved = this.#cursor ? step : [0, 0];
    this.#move({ row: clamp(row + moved[0], this.#rows.length), slot: clamp(slot + moved[1], this.#edges.length - 1) });
    const top = this.#cursor.row * ROW_PX;
    const { scrollTop, clientHeight } = this.#frame;
    if (top < scrollTop) this.#frame.scrollTop = top;
    if (top + ROW_PX > scrollTop + clientHeight) this.#frame.scrollTop = top + ROW_PX - clientHeight;
  }

  #move(cursor) {
    if (cursor?.row === this.#cursor?.row && cursor?.slot === this.#cursor?.slot) return;
    this.#cursor = cursor;
    this.#draw();
    this.#tell();
  }

  #tell() {
    if (!this.#cursor) return;
    const { row, slot } = this.#cursor;
    const { key, leaves, tell, why } = this.#rows[row];
    const [from, to] = [slot, slot + 1].map((edge) => new Date(this.#edges[edge] * 1000));
    const times = `${minute(from, this.#zone, from)}\u2013${minute(to, this.#zone, to)}`;
    const given = this.#edges[slot] >= leaves ? say("has left") : tell(slot);
    write(this.#told, `${key}, ${times}: ${given}. ${why}`);
  }

  #inks() {
    const root = getComputedStyle(this.#main);
    const frame = getComputedStyle(this.#frame);
    const ink = (name) => getComputedStyle(this.#main.querySelector(`[data-ink=${name}]`));
    const gives = this.#main.querySelector("[data-ink=gives]");
    return {
      font: `12px ${frame.fontFamily}`,
      text: frame.color,
      paused: frame.borderTopColor,
      ink: root.color,
      load: ink("load").color,
      gives: gives ? getComputedStyle(gives).color : frame.color,
      short: getComputedStyle(this.#main.querySelector(".short")).color,
    };
  }
}

function clamp(value, count) {
  return Math.min(Math.max(value, 0), count - 1);
}
