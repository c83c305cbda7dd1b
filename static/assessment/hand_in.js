// The page for handing in: the clock, and what still waits in this browser is sent before the attempt is handed in.

import { startClock } from "./clock.js";
import { entriesOf } from "./journal.js";
import { ask, drain, person } from "./outbox.js";

const page = document.querySelector("[data-attempt]");
const form = document.querySelector("[data-hand-in]");
const notice = document.querySelector("[data-waiting]");
const attempt = page.dataset.attempt;
const POLL = 45_000;
let leaving = false;

const clock = startClock(document.querySelector("[data-left]"), () => setTimeout(() => location.reload(), 1500));

async function waiting() {
  return (await entriesOf(person)).filter((entry) => entry.attempt === attempt);
}

function show(entries) {
  const lost = entries.filter((entry) => entry.state === "waiting").length;
  const words = lost ? notice.dataset.unsent : entries.length ? notice.dataset.look : "";
  notice.querySelector("span").textContent = words.replace("{count}", lost || entries.length);
  notice.hidden = !words;
}

async function sendAll() {
  const counts = await drain(await waiting());
  const left = await waiting();
  show(left);
  if (counts["signed-out"]) location.reload();
  return { counts, left };
}

form.addEventListener("submit", async (event) => {
  if (leaving) return;
  event.preventDefault();
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

async function start() {
  const before = await waiting();
  if (before.length === 0) return;
  const { counts } = await sendAll();
  if (counts.saved && page.dataset.state === "in_progress") location.reload(); // the list of open questions is shorter now
  if (counts.unreached) setTimeout(start, 5000);
}

setInterval(look, POLL);
addEventListener("online", sendAll);
start();
