/** The course of a transaction: the power that its connector drew, from the API's own file. */

import { cells, mark, write } from "./dom.js";
import { minute, tenths } from "./format.js";
import { timeAxis, valueAxis } from "./plot.js";
import { powers, readTable } from "./table.js";
import { say } from "./words.js";

const HEADROOM = 1.12;
const HALF_A_LABEL_PX = 20;

class Course {
  #panel = document.querySelector(".course");
  #box = this.#panel.querySelector(".chart");
  #cells = cells(this.#panel);
  #zone = this.#panel.dataset.timezone;
  #inks = this.#readInks();
  #plot = null;

  constructor() {
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#box);
    document.addEventListener("recoloured", () => this.#recolour());
  }

  async show() {
    const { url, step } = this.#panel.dataset;
    try {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(`expected readings, got status ${answer.status}`);
      this.#draw(powers(readTable(await answer.text()), Number(step)));
    } catch {
      write(this.#cells.empty, say("The course cannot be had just now"));
    }
  }

  #draw([t, kilowatts]) {
    if (t.length === 0) {
      write(this.#cells.empty, say("The charger has told of no power in this time"));
      return;
    }
    this.#cells.empty.remove();
    const most = Math.max(...kilowatts.filter((value) => value !== null), 0);
    mark(this.#box, "aria-label", say("Power of the connector over time, at most %(kw)s kW", { kw: tenths(most) }));
    this.#plot = new globalThis.uPlot({ ...this.#options(), ...this.#size() }, [t, kilowatts], this.#box);
    this.#tell();
  }

  #options() {
    const { uPlot } = globalThis;
    const inks = () => this.#inks;
    const stepped = uPlot.paths.stepped({ align: 1 });
    const drawn = { width: 2, points: { show: false }, paths: stepped };
    return {
      legend: { show: false },
      padding: [8, HALF_A_LABEL_PX, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), this.#zone),
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { y: { range: (_plot, _least, most) => [0, Math.max(most ?? 1, 1) * HEADROOM] } },
      axes: [timeAxis(this.#zone, inks), valueAxis(inks, "kW")],
      series: [{}, { ...drawn, stroke: () => inks().load, fill: () => inks().allowed }],
      hooks: { setCursor: [() => this.#tell()] },
    };
  }

  /** Write the figure under the cursor. */
  #tell() {
    const at = this.#plot?.cursor.idx;
    if (at === null || at === undefined) {
      write(this.#cells.at, "");
      return;
    }
    const [t, kilowatts] = this.#plot.data;
    const instant = new Date(t[at] * 1000);
    const power = kilowatts[at] === null ? say("no power told") : `${tenths(kilowatts[at])} kW`;
    write(this.#cells.at, `${minute(instant, this.#zone, instant)}: ${power}`);
  }

  #recolour() {
    this.#inks = this.#readInks();
    this.#plot?.redraw(false);
  }

  #readInks() {
    const box = getComputedStyle(this.#box);
    const root = getComputedStyle(this.#panel.querySelector("[data-ink=load]"));
    const ground = getComputedStyle(this.#panel.querySelector("[data-ink=allowed]"));
    return {
      text: box.color,
      grid: box.borderTopColor,
      font: `12px ${box.fontFamily}`,
      load: root.backgroundColor,
      allowed: ground.backgroundColor,
    };
  }

  #size() {
    return { width: this.#box.clientWidth, height: this.#box.clientHeight };
  }
}

new Course().show();
