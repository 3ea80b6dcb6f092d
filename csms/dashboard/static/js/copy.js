/** Buttons that copy what stands beside them. */

import { show, write } from "./dom.js";
import { say } from "./words.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  show(button, true);
  button.addEventListener("click", () => copy(button));
}

/** Browsers give a page the clipboard only where its connection can be trusted; else it is selected. */
async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    write(button, say("Copied: add the charger's id at its end"));
  } catch {
    getSelection().selectAllChildren(button.parentElement.querySelector("code"));
    write(button, say("Selected: copy it with the keyboard"));
  }
}
