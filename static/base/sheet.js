// A form that stands for content (form[data-sheet]): warns before something typed is left, and leads from a sentence into
// its field. The page works without it.

import { leadInto } from "./leading.js";

const form = document.querySelector("form[data-sheet]");
const before = form ? values() : "";
const isUnsaved = Boolean(document.getElementById("errors")) || form?.dataset.unsaved === "1";
let leaving = false;

function values() {
  return new URLSearchParams(new FormData(form)).toString();
}

if (form) {
  leadInto(form);
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && (isUnsaved || values() !== before)) event.preventDefault();
  });
  addEventListener("pageshow", () => { leaving = false; });
  form.dataset.sheet = "on"; // it listens
}
document.getElementById("errors")?.focus();
