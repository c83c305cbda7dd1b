// Keys for marking typed replies: number keys tick a step, N and Y answer the taboo, C comments, Ctrl+Enter saves, Enter
// goes on after the comparison.

import { startMarking } from "../base/marking.js";

const form = document.getElementById("mark");

function choose(key) {
  const box = form?.querySelector(`input[data-key="${key}"]`);
  if (!box) return false;
  box.checked = box.type === "radio" || !box.checked;
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

function press(key) {
  if (/^[1-9ny]$/.test(key)) return choose(key);
  if (key !== "c" || !form) return false;
  form.querySelector("textarea")?.focus();
  return true;
}

startMarking({ press, back: () => form?.querySelector("input[data-key]")?.focus() });
document.querySelector("[data-next]")?.focus();
