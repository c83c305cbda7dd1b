// The page for handing in: the clock, and what still waits in this browser is sent before the attempt is handed in.

import { startClock } from "./clock.js";
import { entriesOf } from "./journal.js";
import { ask, drain, person } from "./outbox.js";

const page = document.querySelector("[data-attempt]");
const form = document.querySelector("[data-hand-in]");
const attempt = page.dataset.attempt;
const POLL = 45_000;
let leaving = false;
let sending = null; // the promise of what is under way: the button and the timer never send the same twice

const clock = startClock(document.querySelector("[data-left]"), () => setTimeout(() => location.reload(), 1500));

async function waiting() {
  return (await entriesOf(person)).filter((entry) => entry.attempt === attempt);
}

function show(entries) {
  const notice = document.querySelector("[data-waiting]");
  const lost = entries.filter((entry) => entry.state === "waiting").length;
  const words = lost ? notice.dataset.unsent : entries.length ? notice.dataset.look : "";
  notice.querySelector("span").textContent = words.replace("{count}", lost || entries.length);
  notice.hidden = !words;
}

function sendAll() {
  sending ??= sendOn().finally(() => {
    sending = null;
  });
  return sending;
}

async function sendOn() {
  const counts = await drain(await waiting());
  const left = await waiting();
  show(left);
  if (counts["signed-out"]) location.reload();
  return { counts, left };
}

form.addEventListener("submit", async (event) => {
  if (leaving) return;
  event.preventDefault();
  if (sending) await sending; // it may have begun before the connection was back
  const { left } = await sendAll();
  if (left.some((entry) => entry.state === "waiting")) return;
  leaving = true;
  form.requestSubmit();
});

async function look() {
  const facts = await ask(location.pathname.replace(/\/hand-in$/, ""));
  if (facts === "signed-out" || (facts && facts.state !== page.dataset.state)) location.reload();
  else if (facts) clock.sync(facts.left);
}

// What is asked and what is open may have changed; the button stays where it is, so that no press is lost.
async function refresh() {
  const reply = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (!reply?.ok || leaving) return;
  if (reply.redirected) return location.assign(reply.url);
  const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("main");
  if (!fresh || leaving) return undefined;
  document.getElementById("main").replaceChildren(...fresh.childNodes);
  return show(await waiting());
}

async function start() {
  const before = await waiting();
  if (before.length === 0) return;
  const { counts } = await sendAll();
  if (counts.saved && page.dataset.state === "in_progress") await refresh(); // the list of open questions is shorter now
  if (counts.unreached) setTimeout(start, 5000);
}

setInterval(look, POLL);
addEventListener("online", sendAll);
start();
