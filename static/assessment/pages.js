// The questions of a running attempt, kept in this tab, so that somebody whose connection is cut can go on answering.
// Each question that was opened is kept; the others are asked for one at a time, slowly, while the page is in sight:
// every question once for an attempt, so a class that begins together is not felt by the server. A kept page holds what
// its learner's own page shows and nothing else. It is gone with the tab, with the end of the attempt and with the next
// person; what somebody answers offline is checked by the server as ever.

const person = document.querySelector('meta[name="person"]')?.content || "";
const PREFIX = "question:";
const DUE = "question-due";
const PACE = [20_000, 30_000]; // between two questions asked for
const WAIT = 8000;

function keyOf(attempt, slot) {
  return `${PREFIX}${person}/${attempt}/${slot}`;
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) || "null");
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false; // full or forbidden: then a cut connection holds one up, as it would without this module
  }
}

// The parts of a question's page that differ from question to question; null where the document is something else.
function partsOf(page, attempt, slot) {
  const frame = page.querySelector(`[data-attempt="${attempt}"][data-slot="${slot}"]`);
  const form = page.getElementById("answer");
  const dock = page.querySelector(".dock-in");
  if (!frame || !form || !dock) return null;
  const action = form.getAttribute("action");
  return { title: page.title, lang: page.documentElement.lang, seq: Number(frame.dataset.seq), action, form: form.innerHTML, dock: dock.innerHTML };
}

// The kept page of a question in the language of this page, or null.
export function pageOf(attempt, slot) {
  const page = read(keyOf(attempt, slot));
  return page?.lang === document.documentElement.lang ? page : null;
}

// The server has acknowledged an answer: the kept page shows it from now on.
export function answered({ attempt, slot, fields }, seq) {
  const page = read(keyOf(attempt, slot));
  if (page && seq >= page.seq) write(keyOf(attempt, slot), { ...page, fields, seq });
}

// Forgets every kept page, or all but those of one attempt.
export function forget(attempt = null) {
  try {
    const own = attempt === null ? null : keyOf(attempt, "");
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && !(own && key.startsWith(own))) sessionStorage.removeItem(key);
    }
    if (own === null) sessionStorage.removeItem(DUE);
  } catch {
    // without storage nothing is kept
  }
}

function later() {
  const [least, most] = PACE;
  return Date.now() + least + Math.random() * (most - least);
}

// Keeps the page of the question that stands here, and asks for the others as time goes by while `mayAsk()` says so.
export function keepPages(attempt, slot, count, mayAsk) {
  forget(attempt);
  const here = partsOf(document, attempt, slot);
  if (!here || !write(keyOf(attempt, slot), here)) return;
  const due = read(DUE);
  write(DUE, due && due - Date.now() < PACE[1] ? due : later());
  let asking = false;
  setInterval(async () => {
    if (asking || document.hidden || !mayAsk() || Date.now() < read(DUE)) return;
    asking = true;
    write(DUE, later());
    await askForNext(attempt, slot, count);
    asking = false;
  }, 1000);
}

async function askForNext(attempt, slot, count) {
  const order = [...Array(count).keys()].map((step) => ((Number(slot) + step) % count) + 1);
  const missing = order.find((number) => !pageOf(attempt, number));
  if (!missing) return;
  try {
    const reply = await fetch(`?slot=${missing}`, { credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout?.(WAIT) });
    if (!reply.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const parts = partsOf(page, attempt, missing);
    if (parts && write(keyOf(attempt, missing), parts)) warm(page);
  } catch {
    // unreached: the next turn asks again
  }
}

// Pictures and sounds may be cached for ever; asked for once they are there without a connection.
function warm(page) {
  for (const one of page.querySelectorAll("#answer [src]")) fetch(one.getAttribute("src"), { credentials: "same-origin" }).catch(() => null);
}

// Puts a kept page in the place of the question that stands here. The clock and the map stay.
export function show(page, frame, form, slot) {
  const parsed = (html) => [...new DOMParser().parseFromString(html, "text/html").body.childNodes];
  form.replaceChildren(...parsed(page.form));
  form.setAttribute("action", page.action);
  document.querySelector(".dock-in").replaceChildren(...parsed(page.dock));
  frame.dataset.slot = slot;
  frame.dataset.seq = page.seq;
  document.title = page.title;
  for (const link of document.querySelectorAll(".navi a")) {
    if (link.textContent.trim() === String(slot)) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
  const told = document.getElementById("announce");
  if (told) told.textContent = form.querySelector("p")?.textContent || "";
}
