// Tells the server that a lesson is being read: every 30 seconds while the page is visible. The server measures the
// time by its own clock; nothing counted here is sent.

const EVERY = 30_000;
const place = document.querySelector("[data-presence]");
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

function tell(isBack) {
  const body = new URLSearchParams(isBack ? { back: "1" } : {});
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  // a lost sign of life costs some seconds of recorded time, never progress: nothing to tell the reader
  fetch(place.dataset.presence, { method: "POST", body, headers, credentials: "same-origin", keepalive: true }).catch(() => {});
}

if (place) {
  tell(true);
  setInterval(() => document.visibilityState === "visible" && tell(false), EVERY);
  document.addEventListener("visibilitychange", () => tell(document.visibilityState === "visible"));
}
