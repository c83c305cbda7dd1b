// A form that stands for content (form[data-sheet]): warns before something typed is left, and leads from a sentence into
// its field. The page works without it.

const form = document.querySelector("form[data-sheet]");
const before = form ? values() : "";
const isUnsaved = Boolean(document.getElementById("errors")) || form?.dataset.unsaved === "1";
let leaving = false;

function values() {
  return new URLSearchParams(new FormData(form)).toString();
}

// The field is found also where it is folded away.
function jump(event) {
  const link = event.target.closest("a[href^='#']");
  const place = link && document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
  if (!place || !form.contains(place)) return;
  event.preventDefault();
  for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const control = "input:not([type=hidden]), select, textarea";
  (place.matches(control) ? place : place.querySelector(control) ?? place).focus({ preventScroll: true });
  place.scrollIntoView({ block: "center" });
}

if (form) {
  document.addEventListener("click", jump);
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && (isUnsaved || values() !== before)) event.preventDefault();
  });
  addEventListener("pageshow", () => { leaving = false; });
  form.dataset.sheet = "on"; // it listens
}
document.getElementById("errors")?.focus();
