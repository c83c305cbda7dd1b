// Flags on questions: a reminder for oneself, kept in this browser.

import { count } from "./page.js";

export function startFlags(frame) {
  const key = `flags:${frame.dataset.attempt}`;
  const button = document.querySelector("[data-flag]");

  function flags() {
    try {
      return new Set(JSON.parse(localStorage.getItem(key) || "[]"));
    } catch {
      return new Set();
    }
  }

  function show() {
    const marked = flags();
    for (const link of document.querySelectorAll(".navi a")) {
      const isFlagged = marked.has(link.textContent.trim());
      link.dataset.label ??= link.getAttribute("aria-label");
      link.classList.toggle("flagged", isFlagged);
      link.setAttribute("aria-label", isFlagged ? `${link.dataset.label}, ${frame.dataset.flagged}` : link.dataset.label);
    }
    button.setAttribute("aria-pressed", String(marked.has(frame.dataset.slot)));
    const line = document.querySelector("aside [data-flags]");
    line.hidden = marked.size === 0;
    count(line, marked.size);
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    const marked = flags();
    if (!marked.delete(frame.dataset.slot)) marked.add(frame.dataset.slot);
    try {
      localStorage.setItem(key, JSON.stringify([...marked]));
    } catch {
      // without storage there are no flags to keep
    }
    show();
  });
  show();
}
