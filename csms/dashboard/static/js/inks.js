/** The colours that the chart draws with, as the style sheets give them for light or dark. */

const TILE = 8;

/** Read the colours of the chart's key and of its box. */
export function readInks(panel) {
  const box = getComputedStyle(panel.querySelector(".chart"));
  const ink = (name) => getComputedStyle(panel.querySelector(`[data-ink=${name}]`));
  const inks = {
    text: box.color,
    grid: box.borderTopColor,
    font: `12px ${box.fontFamily}`,
    surface: getComputedStyle(panel).backgroundColor,
    limit: ink("limit").backgroundColor,
    load: ink("load").backgroundColor,
    ahead: ink("ahead").color,
    allowed: ink("ahead").backgroundColor,
    uncontrolled: ink("uncontrolled").backgroundColor,
    price: ink("price").color,
    priceGround: ink("price").backgroundColor,
  };
  return { ...inks, hatch: hatch(inks.ahead, inks.allowed) };
}

/** What is planned looks the same here as in the bars: hatched. */
function hatch(line, ground) {
  const tile = document.createElement("canvas");
  tile.width = TILE;
  tile.height = TILE;
  const pen = tile.getContext("2d");
  pen.fillStyle = ground;
  pen.fillRect(0, 0, TILE, TILE);
  pen.strokeStyle = line;
  pen.lineWidth = 2;
  for (const shift of [-TILE, 0, TILE]) {
    pen.moveTo(shift, TILE);
    pen.lineTo(shift + TILE, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}
