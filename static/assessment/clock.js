// The clock of an attempt: counts down from the seconds the server says are left, never from this device's clock.

const SPOKEN_AT = [300, 60];

export function startClock(element, onEnd) {
  if (!element) return { sync() {} };
  const face = element.querySelector("[data-clock]");
  let left = Number(element.dataset.left);
  let since = performance.now();
  let ended = false;
  let spoken = SPOKEN_AT.filter((mark) => left <= mark);

  function show() {
    const now = Math.max(0, Math.ceil(left - (performance.now() - since) / 1000));
    face.textContent = `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
    const words = element.dataset.words.replace("{minutes}", Math.ceil(now / 60));
    element.setAttribute("aria-label", words);
    element.classList.toggle("late", now < 300);
    for (const mark of SPOKEN_AT) {
      if (now <= mark && !spoken.includes(mark)) {
        spoken = [...spoken, mark];
        const place = document.getElementById("announce");
        if (place) place.textContent = words;
      }
    }
    if (now === 0 && !ended) {
      ended = true;
      onEnd();
    }
  }

  show();
  setInterval(show, 500);
  return {
    sync(seconds) {
      if (typeof seconds !== "number") return;
      left = seconds;
      since = performance.now();
      if (seconds > 0) ended = false;
      spoken = spoken.filter((mark) => seconds <= mark);
      show();
    },
  };
}
