/** Texts in the reader's language: what the page was printed with, in English what stands in the code. */

const PLACE = /%(?:%|\((\w+)\)s)/g;
const ENGLISH = "en";
const NORWEGIAN = "nb";

/** The language of the page, as HTML calls it. */
export const language = document.documentElement.lang;
/** What asks the API for texts in that language. */
export const inLanguage = language === ENGLISH ? "" : `?language=${language}`;
export const isNorwegian = language === NORWEGIAN;

const texts = JSON.parse(document.querySelector("#texts")?.textContent ?? "{}");

/** Say a text; `parts` stand in its places, which are written `%(name)s`. */
export function say(key, parts = {}) {
  return fill(texts[key]?.[0] || key, parts);
}

/** Say a text of `n` things, which is the part `n`. */
export function sayCount(one, many, n, parts = {}) {
  const form = n === 1 ? 0 : 1;
  return fill(texts[one]?.[form] || [one, many][form], { ...parts, n: String(n) });
}

function fill(text, parts) {
  return text.replaceAll(PLACE, (place, name) => (name === undefined ? "%" : parts[name]));
}
