// Keys for marking by a rubric: number keys choose a level, J and K walk the lines, C comments, Ctrl+Enter saves.

import { startMarking } from "../base/marking.js";

const form = document.getElementById("mark");
const lines = [...form.querySelectorAll("[data-line]")];
let now = 0;

function show(line, move = true) {
  now = Math.max(0, Math.min(lines.length - 1, line));
  lines.forEach((each, place) => each.toggleAttribute("data-now", place === now));
  if (!move) return;
  const chosen = lines[now].querySelector("input:checked") || lines[now].querySelector("input");
  chosen.focus({ preventScroll: true });
  lines[now].scrollIntoView({ block: "nearest" });
}

function choose(key) {
  const level = lines[now].querySelector(`input[data-key="${key}"]`);
  if (!level) return false;
  level.checked = true;
  level.dispatchEvent(new Event("change", { bubbles: true }));
  const open = lines.findIndex((line, place) => place > now && !line.querySelector("input:checked"));
  show(open < 0 ? now : open);
  return true;
}

function press(key) {
  if (/^[0-9]$/.test(key)) return choose(key);
  switch (key) {
    case "j":
      show(now + 1);
      return true;
    case "k":
      show(now - 1);
      return true;
    case "c":
      lines[now].querySelector("textarea")?.focus();
      return true;
    default:
      return false;
  }
}

form.addEventListener("focusin", (event) => {
  const line = lines.indexOf(event.target.closest("[data-line]"));
  if (line >= 0) show(line, false);
});
startMarking({ press, back: () => show(now) });
const first = document.querySelector("[data-invalid]");
show(first ? lines.indexOf(first) : 0, Boolean(first));
