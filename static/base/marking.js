// Marking by keyboard, and a sign of life to the server while somebody is at work, so that nobody else gets the work.
// What the keys of one page do is the page's own matter. The pages work without it.

const form = document.getElementById("mark");
const frame = document.querySelector("[data-claim]");
const PULSE = 5 * 60 * 1000;
let alive = false;

// `press` gets a key in lower case and says whether it did something; `back` returns from a comment to what is chosen.
export function startMarking({ press, back }) {
  document.addEventListener("keydown", (event) => {
    if (pressed(event, press, back)) event.preventDefault();
  });
  form?.addEventListener("input", () => {
    alive = true;
  });
  form?.addEventListener("submit", () => {
    for (const button of document.querySelectorAll('[form="mark"]')) button.setAttribute("aria-disabled", "true");
  });
  if (frame) setInterval(pulse, PULSE);
  document.querySelector("[data-help]")?.removeAttribute("hidden");
}

function pressed(event, press, back) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    form?.requestSubmit(document.querySelector("[data-save]"));
    return Boolean(form);
  }
  const writing = event.target.matches("textarea, input:not([type=radio], [type=checkbox])");
  if (writing && event.key === "Escape") {
    back();
    return true;
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return false;
  return press(event.key.toLowerCase());
}

async function pulse() {
  if (!alive) return;
  alive = false;
  const reply = await fetch(frame.dataset.claim, {
    method: "POST",
    headers: { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content, Accept: "application/json" },
    credentials: "same-origin",
  }).catch(() => null);
  if (!reply || reply.status !== 409) return;
  const told = document.createElement("div");
  told.className = "alert alert-warning";
  told.setAttribute("role", "alert");
  told.textContent = frame.dataset.lost;
  frame.before(told);
}
