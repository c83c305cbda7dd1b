// Makes a talk smoother: after a turn only the talk is exchanged (swap.js), the customer's new words take the focus,
// number keys choose a reply, and the clock runs. The page works without it, and nothing is decided here.

const play = () => document.getElementById("play");
const start = Date.now() - Number(play()?.dataset.seconds || 0) * 1000;

function tick() {
  const face = document.querySelector("[data-clock]");
  const seconds = Math.floor((Date.now() - start) / 1000);
  if (!face || seconds >= 3600) return;
  face.textContent = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

document.addEventListener("swapped", (event) => {
  const fresh = event.target;
  if (fresh.id !== "play") return;
  document.getElementById("turn-words").textContent = fresh.dataset.turn;
  const bar = document.getElementById("turn-bar");
  bar.querySelector("svg")?.setAttribute("aria-label", fresh.dataset.turn);
  bar.querySelector("rect:last-of-type")?.setAttribute("width", `${fresh.dataset.width}%`);
  scrollTo({ top: 0, behavior: "instant" });
  if (!fresh.querySelector("[role=alert]")) document.getElementById("now").focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
  if (event.target.closest("textarea, select, input:not([type=radio])")) return;
  const choice = document.querySelector(`#reply input[name="choice"][value="${event.key}"]`);
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  choice.focus();
});

// Words written and a reply chosen exclude each other: the one touched last is meant.
document.addEventListener("input", (event) => {
  if (event.target.name === "reply" && event.target.value.trim()) {
    for (const choice of document.querySelectorAll('#reply input[name="choice"]')) choice.checked = false;
  } else if (event.target.name === "choice") {
    const words = document.getElementById("reply-words");
    if (words) words.value = "";
  }
});

document.getElementById("keys").hidden = false;
setInterval(tick, 1000);
