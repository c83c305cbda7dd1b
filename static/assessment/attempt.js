// Saves an answer the moment it changes, shows when the server had it, counts the clock, marks flags, knows the keys.
// Without this module the page works all the same: the form saves when the next question is asked for.

import { startClock } from "./clock.js";
import { startOrdering } from "./ordering.js";

const frame = document.querySelector("[data-attempt]");
const form = document.getElementById("answer");
const status = document.querySelector("[data-saved]");
const problem = document.getElementById("problem");
const token = document.querySelector('meta[name="csrf-token"]').content;
const PAUSE = 600;
const AGAIN = 3000;

let seq = Number(frame.dataset.seq);
let sending = false;
let waiting = false;
let leaving = false;
let adrift = false; // the server could not be reached the last time
let timer = 0;

const clock = startClock(document.querySelector("[data-left]"), async () => {
  await flush();
  leaving = true;
  setTimeout(() => location.reload(), 1500); // the server's clock decides; it closes the attempt
});

function icon(path) {
  return `<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
}
const CHECK = icon("M10.97 4.97a.75.75 0 0 1 1.07 1.05l-3.99 4.99a.75.75 0 0 1-1.08.02L4.324 8.384a.75.75 0 1 1 1.06-1.06l2.094 2.093 3.473-4.425z");
const ALERT = icon("M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1M7.25 4.5h1.5v4.75h-1.5zM8 12.2a.9.9 0 1 1 0-1.8.9.9 0 0 1 0 1.8");

function tell(words, ok) {
  status.innerHTML = ok ? CHECK : ALERT;
  const text = document.createElement("span");
  text.textContent = words;
  status.append(text);
  status.classList.toggle("saved-not", !ok);
}

function complain(words) {
  problem.textContent = words || "";
  problem.hidden = !words;
}

function body() {
  const data = new FormData(form);
  data.set("seq", String(seq + 1));
  return data;
}

async function send() {
  sending = true;
  waiting = false;
  const sent = body();
  const offered = Number(sent.get("seq"));
  try {
    const reply = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(sent),
      headers: { Accept: "application/json", "X-CSRFToken": token },
      credentials: "same-origin",
      keepalive: true,
    });
    if (reply.status === 401 || reply.redirected) return location.reload();
    const facts = await reply.json();
    adrift = false;
    if (reply.ok) {
      seq = facts.seq;
      clock.sync(facts.left);
      complain("");
      if (!facts.is_new && facts.seq >= offered) waiting = true; // another device was ahead: this answer is the newer one
      else tell(facts.saved, true);
      mark();
    } else if (facts.recorded === "late") {
      leaving = true;
      location.reload();
      return undefined;
    } else if (reply.status === 422) {
      complain(facts.detail);
      tell(frame.dataset.refused, false);
    } else {
      throw new Error(facts.detail);
    }
  } catch {
    adrift = true;
    tell(navigator.onLine ? frame.dataset.unsaved : frame.dataset.offline, false);
    waiting = true;
    clearTimeout(timer);
    timer = setTimeout(next, AGAIN);
    sending = false;
    return undefined;
  }
  sending = false;
  return waiting ? send() : undefined;
}

function next() {
  if (sending) waiting = true;
  else return send();
  return undefined;
}

async function flush() {
  clearTimeout(timer);
  if (waiting && !sending) await send();
}

function mark() {
  const data = new FormData(form);
  const answered = [...data.entries()].some(([name, value]) => name !== "csrf_token" && String(value).trim() !== "");
  const here = document.querySelector(".navi [aria-current]");
  if (!here) return;
  here.classList.toggle("answered", answered);
  const all = document.querySelectorAll(".navi a");
  const done = document.querySelectorAll(".navi a.answered");
  document.querySelector("[data-progress]")?.setAttribute("width", `${(100 * done.length) / all.length}%`);
  const key = document.querySelectorAll("aside .key li");
  count(key[0], done.length);
  count(key[1], all.length - done.length);
}

function count(item, number) {
  const text = item && [...item.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && /\d/.test(node.data));
  if (text) text.data = text.data.replace(/\d+/, String(number));
}

form.addEventListener("change", () => {
  clearTimeout(timer);
  waiting = true;
  next();
});
form.addEventListener("input", (event) => {
  if (!event.target.matches("input.form-control, textarea")) return;
  waiting = true;
  clearTimeout(timer);
  timer = setTimeout(next, PAUSE);
});
form.addEventListener("submit", (event) => {
  if (hold(event, () => form.requestSubmit(event.submitter))) return;
  leaving = true;
  clearTimeout(timer);
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "seq", value: String(seq + (waiting || sending ? 1 : 0)) });
  form.append(field);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href]:not([href^="#"])');
  if (link) hold(event, () => location.assign(link.href));
});
addEventListener("online", () => waiting && next());

// Leaving without a connection would end at the browser's own error page and lose what only this page holds. Whether
// there is one the server says: a browser may call itself offline and still reach a server on the same machine.
function hold(event, goOn) {
  if (leaving || (!adrift && navigator.onLine)) return false;
  event.preventDefault();
  goOnceReached(goOn);
  return true;
}

async function goOnceReached(goOn) {
  if (sending) return;
  if (waiting) await send();
  else adrift = !(await isReached());
  if (adrift) return tell(navigator.onLine ? frame.dataset.unsaved : frame.dataset.offline, false);
  leaving = true;
  return goOn();
}

async function isReached() {
  try {
    await fetch(location.href, { method: "HEAD", cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}

addEventListener("beforeunload", (event) => {
  if (waiting && !leaving && problem.hidden) event.preventDefault();
});

// ---- flags: a reminder for oneself, kept in this browser --------------------------------

const KEY = `flags:${frame.dataset.attempt}`;
const flagButton = document.querySelector("[data-flag]");

function flags() {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY) || "[]"));
  } catch {
    return new Set();
  }
}

function showFlags() {
  const marked = flags();
  for (const link of document.querySelectorAll(".navi a")) {
    const isFlagged = marked.has(link.textContent.trim());
    link.dataset.label ??= link.getAttribute("aria-label");
    link.classList.toggle("flagged", isFlagged);
    link.setAttribute("aria-label", isFlagged ? `${link.dataset.label}, ${frame.dataset.flagged}` : link.dataset.label);
  }
  flagButton.setAttribute("aria-pressed", String(marked.has(frame.dataset.slot)));
  const key = document.querySelector("aside [data-flags]");
  key.hidden = marked.size === 0;
  count(key, marked.size);
}

flagButton.hidden = false;
flagButton.addEventListener("click", () => {
  const marked = flags();
  if (!marked.delete(frame.dataset.slot)) marked.add(frame.dataset.slot);
  try {
    localStorage.setItem(KEY, JSON.stringify([...marked]));
  } catch {
    // without storage there are no flags to keep
  }
  showFlags();
});
showFlags();

// ---- keys: arrows turn the page, numbers and letters choose -------------------------------

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, textarea, .form-control")) return;
  const isChoice = event.target.matches("input[type=radio]");
  if (event.key === "ArrowRight" && !isChoice) document.querySelector("[data-next]")?.click();
  else if (event.key === "ArrowLeft" && !isChoice) document.querySelector("[data-back]")?.click();
  else if (/^[1-9]$/.test(event.key)) choose(Number(event.key));
});

function choose(number) {
  const option = form.querySelectorAll(".opt > input")[number - 1];
  if (!option) return;
  option.focus();
  option.click();
}

startOrdering(form);
