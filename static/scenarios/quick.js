// Writing a whole conversation: what the lines make is shown a moment after typing stops, a line's number leads into the
// box, and nothing unsaved is left unasked. Without it “Look at it” does the same.

const form = document.getElementById("quick-form");
const box = document.getElementById("words");
const IDLE = 1200;

const kept = box.value;
let timer = null;
let asked = 0;
let leaving = false;

function status(words) {
  const place = document.getElementById("quick-status");
  if (place) place.textContent = words;
}

async function look() {
  const mine = ++asked;
  const words = document.getElementById("quick-status").dataset;
  status(words.looking);
  const body = new URLSearchParams(new FormData(form));
  body.set("do", "look");
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
    if (mine !== asked) return; // more was typed meanwhile
    if (!fresh) throw new Error("no preview");
    const here = document.getElementById("preview");
    if (here.contains(document.activeElement)) return;
    fresh.querySelector("[autofocus]")?.removeAttribute("autofocus"); // whoever types goes on typing
    here.replaceWith(fresh);
    const isWrong = fresh.querySelector("#quick-problems") !== null;
    box.classList.toggle("is-invalid", isWrong);
    box.toggleAttribute("aria-invalid", isWrong);
    status(fresh.querySelector(".panel-h h2")?.textContent ?? "");
  } catch {
    if (mine === asked) status(words.failed);
  }
}

function toLine(event) {
  const link = event.target.closest("a[data-line], #preview a[href='#words']");
  if (!link) return;
  event.preventDefault();
  const lines = box.value.split("\n");
  const number = Math.min(Number(link.dataset.line ?? 1), lines.length);
  const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  box.focus();
  box.setSelectionRange(start, start + lines[number - 1].length);
  box.scrollTop = Math.max(0, (number - 4) * (box.scrollHeight / lines.length));
}

if (form && form.querySelector(".save-bar")) {
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(look, IDLE);
  };
  form.addEventListener("input", again);
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.querySelector("[value=look].btn").click();
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && box.value !== kept) event.preventDefault();
  });
  addEventListener("pageshow", () => (leaving = false));
}
document.addEventListener("click", toLine);
const first = document.getElementById("errors") ?? document.querySelector("#quick-problems[autofocus]");
first?.focus({ preventScroll: true });
first?.scrollIntoView({ block: "start" });
