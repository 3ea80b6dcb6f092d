/* Light, dark, or as the system. Runs before the page is painted, so that nothing flashes. */
"use strict";

(() => {
  const KEY = "theme";
  const root = document.documentElement;

  function kept() {
    try {
      return localStorage.getItem(KEY) ?? "auto";
    } catch {
      return "auto"; // storage may be forbidden
    }
  }

  function keep(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // then it holds for this page only
    }
  }

  function wear(theme) {
    root.dataset.theme = theme;
    document.dispatchEvent(new Event("recoloured"));
  }

  function offerChoice() {
    const field = document.querySelector(".theme");
    const chosen = field.querySelector(`[value="${root.dataset.theme}"]`) ?? field.querySelector("input");
    chosen.checked = true;
    field.hidden = false;
    field.addEventListener("change", (event) => {
      keep(event.target.value);
      wear(event.target.value);
    });
  }

  wear(kept());
  document.addEventListener("DOMContentLoaded", offerChoice);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => wear(root.dataset.theme));
})();
