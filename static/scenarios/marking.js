// Marking typed replies with the keyboard alone: number keys tick a step, N and Y answer the taboo, C comments,
// Ctrl+Enter saves, Enter goes on after the comparison. It also tells the server that somebody is at work.
// The page works without it.

const form = document.getElementById("mark");
const frame = document.querySelector("[data-claim]");
const token = document.querySelector('meta[name="csrf-token"]')?.content;
const PULSE = 5 * 60 * 1000;
let alive = false;

function choose(key) {
  const box = form?.querySelector(`input[data-key="${key}"]`);
  if (!box) return false;
  box.checked = box.type === "radio" || !box.checked;
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

function pressed(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    form?.requestSubmit(document.querySelector("[data-save]"));
    return Boolean(form);
  }
  const writing = event.target.matches("textarea");
  if (writing && event.key === "Escape") {
    form?.querySelector("input[data-key]")?.focus();
    return true;
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return false;
  const key = event.key.toLowerCase();
  if (/^[1-9ny]$/.test(key)) return choose(key);
  if (key !== "c" || !form) return false;
  form.querySelector("textarea")?.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (pressed(event)) event.preventDefault();
});
form?.addEventListener("input", () => {
  alive = true;
});
form?.addEventListener("submit", () => {
  document.querySelector("[data-save]")?.setAttribute("aria-disabled", "true");
});

async function pulse() {
  if (!alive) return;
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
document.querySelector("[data-next]")?.focus();
