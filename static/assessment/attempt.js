// Saves an answer the moment it changes, shows when the server had it, counts the clock, marks flags, knows the keys.
// Without this module the page works all the same: the form saves when the next question is asked for.
// Before an answer is sent it is in the journal; it leaves the journal when the server has acknowledged it.

import { startClock } from "./clock.js";
import { startFlags } from "./flags.js";
import * as journal from "./journal.js";
import { startKeys } from "./keys.js";
import { startOrdering } from "./ordering.js";
import * as outbox from "./outbox.js";
import { count, fieldsOf, restore, startStatus } from "./page.js";

const frame = document.querySelector("[data-attempt]");
const form = document.getElementById("answer");
const problem = document.getElementById("problem");
const elsewhere = document.querySelector("[data-elsewhere]");
const { attempt, slot } = frame.dataset;
const PAUSE = 600;
const AGAIN = 3000;
const POLL = 45_000;

let known = Number(frame.dataset.seq); // the greatest number the server is known to hold
let given = known; // the greatest number given to an answer here
let entry = null; // what is not acknowledged yet
let sending = null; // the promise of the request that is under way
let written = ""; // what the form held when it was written down last
let leaving = false;
let adrift = false; // the server could not be reached the last time
let timer = 0;

const tell = startStatus(document.querySelector("[data-saved]"), frame.dataset);
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("answers") : null;
const clock = startClock(document.querySelector("[data-left]"), async () => {
  clearTimeout(timer);
  await sendAll();
  leaving = true;
  setTimeout(() => location.reload(), 1500); // the server's clock decides; it closes the attempt
});

function complain(words) {
  problem.textContent = words || "";
  problem.hidden = !words;
}

// ---- writing down ---------------------------------------------------------------

function write() {
  given = Math.max(given, known) + 1;
  written = held();
  entry = outbox.entryFor(attempt, slot, new URL(form.action).pathname, fieldsOf(form), given, known);
  elsewhere.hidden = true;
  return journal.put(entry).then((kept) => {
    if (!kept) frame.dataset.unkept = "yes";
  });
}

function held() {
  return JSON.stringify(fieldsOf(form));
}

form.addEventListener("change", () => {
  if (held() === written) return; // leaving a field says "change" once more; that must not overwrite a newer answer
  clearTimeout(timer);
  write();
  sendAll();
});
form.addEventListener("input", (event) => {
  if (!event.target.matches("input.form-control, textarea")) return;
  write();
  clearTimeout(timer);
  timer = setTimeout(sendAll, PAUSE);
});

// ---- sending ----------------------------------------------------------------------

function sendAll() {
  sending ??= sendOn().finally(() => {
    sending = null;
  });
  return sending;
}

async function sendOn() {
  while (entry && entry.state === "waiting" && !leaving) {
    const sent = entry;
    const { outcome, facts } = await outbox.send(sent);
    adrift = outcome === "unreached";
    if (adrift) return wait(sent);
    if (typeof facts.seq === "number") known = Math.max(known, facts.seq);
    if (facts.left !== undefined) clock.sync(facts.left);
    if (outcome === "newer" && !sent.failed) {
      await again(sent); // typed just now, so this is the newest of all; the other window is told
      continue;
    }
    await outbox.settle(sent, outcome, facts);
    if (entry !== sent) {
      entry.base = known; // went on typing meanwhile
      continue;
    }
    await conclude(outcome, facts);
  }
  return undefined;
}

async function again(sent) {
  if (entry === sent) await write();
  else entry.base = known;
}

async function wait(sent) {
  sent.failed = true;
  await journal.put(entry);
  tell.unsent((await mine()).length);
  clearTimeout(timer);
  timer = setTimeout(sendAll, AGAIN);
}

async function conclude(outcome, facts) {
  if (outcome === "saved") {
    entry = null;
    complain("");
    tell.saved(facts.saved);
    tabs?.postMessage({ attempt, slot, seq: known });
    mark();
  } else if (outcome === "newer") {
    entry = { ...entry, state: "conflict" };
    showElsewhere(facts.saved);
  } else if (outcome === "refused") {
    entry = { ...entry, state: "refused" };
    complain(facts.detail);
    tell.refused();
  } else {
    leaving = true;
    if (outcome === "late") outbox.tellNext(frame.dataset.late);
    location.reload(); // signed out, too late or gone: the server's page says what is to be done
  }
}

async function mine() {
  const all = await journal.entriesOf(outbox.person);
  return all.filter((one) => one.attempt === attempt && one.state === "waiting");
}

// ---- another window -----------------------------------------------------------------

function showElsewhere(saved) {
  elsewhere.querySelector("[data-saved-at]").textContent = saved || "";
  elsewhere.hidden = false;
  tell.refused();
}

elsewhere.querySelector("[data-theirs]").addEventListener("click", async () => {
  if (entry) await journal.remove(entry);
  entry = null;
  leaving = true;
  location.reload();
});
elsewhere.querySelector("[data-mine]").addEventListener("click", async () => {
  await write();
  sendAll();
});
tabs?.addEventListener("message", ({ data }) => {
  if (data.attempt === attempt && data.slot === slot && data.seq > known) look();
});

// A page that stays open learns here of more time, of the end, and of newer answers from elsewhere.
async function look() {
  if (leaving) return;
  const facts = await outbox.ask(location.pathname, slot);
  adrift = facts === null;
  if (facts === null) return;
  if (facts === "signed-out" || facts.state !== "in_progress") {
    leaving = true;
    location.reload();
    return;
  }
  clock.sync(facts.left);
  if (entry) {
    sendAll();
  } else if (facts.seq > known) {
    known = facts.seq;
    showElsewhere(facts.saved);
  }
}

setInterval(look, POLL);
addEventListener("online", look);
document.addEventListener("visibilitychange", () => document.hidden || look());

// ---- leaving --------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  event.preventDefault();
  goOn(event.submitter?.dataset.to || location.href);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href]:not([href^="#"])');
  if (!link || leaving) return;
  event.preventDefault();
  goOn(link.href);
});

// Leaving without a connection would end at the browser's own error page. Whether there is one the server says: a
// browser may call itself offline and still reach a server on the same machine.
async function goOn(address) {
  clearTimeout(timer);
  await sendAll();
  if (leaving) return;
  if (!entry && (adrift || !navigator.onLine)) await look();
  if (adrift) return tell.unsent((await mine()).length);
  if (entry?.state === "refused") return problem.focus();
  leaving = true;
  location.assign(address);
  return undefined;
}

addEventListener("beforeunload", (event) => {
  if (entry && frame.dataset.unkept && !leaving) event.preventDefault();
});

// ---- showing --------------------------------------------------------------------------

function mark() {
  const answered = fieldsOf(form).some(([, value]) => value.trim() !== "");
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

// ---- what an earlier page left behind -----------------------------------------------------

async function takeUp() {
  const left = (await journal.entriesOf(outbox.person)).filter((one) => one.attempt === attempt);
  const here = left.find((one) => one.slot === slot);
  if (here && !entry) {
    restore(form, here.fields);
    entry = { ...here, failed: true };
    given = Math.max(given, here.seq);
  }
  written ||= held();
  startOrdering(form);
  const others = left.filter((one) => one !== here && one.state === "waiting");
  if (others.length) await sendOthers(others);
  if (entry?.state === "conflict") showElsewhere(entry.saved);
  if (entry?.state === "refused") complain(entry.detail);
  await sendAll();
}

async function sendOthers(others) {
  const counts = await outbox.drain(others);
  if (counts["signed-out"]) return location.reload();
  adrift = Boolean(counts.unreached);
  if (adrift) setTimeout(async () => sendOthers((await mine()).filter((one) => one.slot !== slot)), AGAIN);
  const waiting = await mine();
  if (waiting.length) tell.unsent(waiting.length);
  else if (counts.saved) tell.caughtUp();
  return undefined;
}

startFlags(frame);
startKeys(form);
takeUp();
