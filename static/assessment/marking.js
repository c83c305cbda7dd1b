// Marking with the keyboard alone: number keys choose a level, J and K walk the lines, C comments, Ctrl+Enter saves.
// It also tells the server that somebody is at work, so that nobody else gets the answer. The page works without it.

const form = document.getElementById("mark");
const frame = document.querySelector("[data-claim]");
const lines = [...form.querySelectorAll("[data-line]")];
const token = document.querySelector('meta[name="csrf-token"]').content;
const PULSE = 5 * 60 * 1000;

let now = 0;
let alive = false;

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

function pressed(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    form.requestSubmit(document.querySelector("[data-save]"));
    return true;
  }
  const writing = event.target.matches("textarea, input:not([type=radio])");
  if (writing && event.key === "Escape") {
    show(now);
    return true;
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (/^[0-9]$/.test(event.key)) return choose(event.key);
  switch (event.key.toLowerCase()) {
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

document.addEventListener("keydown", (event) => {
  if (pressed(event)) event.preventDefault();
});
form.addEventListener("focusin", (event) => {
  const line = lines.indexOf(event.target.closest("[data-line]"));
  if (line >= 0) show(line, false);
});
form.addEventListener("input", () => {
  alive = true;
});
form.addEventListener("submit", () => {
  for (const button of document.querySelectorAll('[form="mark"]')) button.setAttribute("aria-disabled", "true");
});

async function pulse() {
  if (!alive || !frame) return;
  alive = false;
  const reply = await fetch(frame.dataset.claim, {
    method: "POST",
    headers: { "X-CSRFToken": token, Accept: "application/json" },
    credentials: "same-origin",
  }).catch(() => null);
  if (!reply || reply.status !== 409) return;
  const told = document.createElement("div");
  told.className = "alert alert-warning";
  told.setAttribute("role", "alert");
  told.textContent = frame.dataset.lost;
  frame.before(told);
}
if (frame) setInterval(pulse, PULSE);

document.querySelector("[data-help]")?.removeAttribute("hidden");
const first = document.querySelector("[data-invalid]");
show(first ? lines.indexOf(first) : 0, Boolean(first));
