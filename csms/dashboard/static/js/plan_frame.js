/** How the charts of the plan lie below each other: the same times above the same times. */

const NARROW_PX = 640;

/** Room for names and figures at the left, in px. */
export function gutter(widthPx) {
  return widthPx < NARROW_PX ? 72 : 128;
}

/** Room at the right, below which the last time may stand. */
export const RIGHT_PX = 20;
