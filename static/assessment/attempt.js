// Saves an answer the moment it changes, shows when the server had it, counts the clock, marks flags, knows the keys.
// Without this module the page works all the same: the form saves when the next question is asked for.
// Before an answer is sent it is in the journal; it leaves the journal when the server has acknowledged it.

import { startCounters } from "../question_bank/counter.js";
import { startClock } from "./clock.js";
import { startFlags } from "./flags.js";
import * as journal from "./journal.js";
import { startKeys } from "./keys.js";
import { startOrdering } from "./ordering.js";
import * as outbox from "./outbox.js";
import { fieldsOf, heldIn, mark, restore, startStatus } from "./page.js";
import * as pages from "./pages.js";

const frame = document.querySelector("[data-attempt]");
const form = document.getElementById("answer");
const { attempt, slot: first } = frame.dataset;
const PAUSE = 600;
const LONGEST = 5000; // who writes without a pause is saved as often as this
const AGAIN = 3000;
const POLL = 45_000;
const FRESH = 10_000; // so long after its last word the server is taken to be within reach

let slot = first;
let known = Number(frame.dataset.seq); // the greatest number the server is known to hold
let given = known; // the greatest number given to an answer here
let entry = null; // what is not acknowledged yet
let sending = null; // the promise of the request that is under way
let written = ""; // what the form held when it was written down last
let leaving = false;
let adrift = false; // the server could not be reached the last time
let heard = performance.now(); // when the server answered last
let stranded = false; // the page says that the next one cannot be opened now
let timer = 0;
let unsent = 0; // since when something typed has not been sent; 0 for nothing
let others = 0; // the timer for what waits from other questions

const tell = startStatus(document.querySelector("[data-saved]"), frame.dataset);
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("answers") : null;
const clock = startClock(document.querySelector("[data-left]"), async () => {
  clearTimeout(timer);
  await sendAll();
  leaving = true;
  setTimeout(() => location.reload(), 1500); // the server's clock decides; it closes the attempt
});

function complain(words) {
  stranded = false;
  tell.problem(words);
}

// ---- writing down ---------------------------------------------------------------

function write() {
  given = Math.max(given, known) + 1;
  written = heldIn(form);
  entry = outbox.entryFor(attempt, slot, new URL(form.action).pathname, fieldsOf(form), given, known);
  form.querySelector("[data-elsewhere]").hidden = true;
  return journal.put(entry).then((kept) => {
    if (!kept) frame.dataset.unkept = "yes";
  });
}

form.addEventListener("change", () => {
  if (heldIn(form) === written) return; // leaving a field says "change" once more; that must not overwrite a newer answer
  clearTimeout(timer);
  write();
  sendAll();
});
form.addEventListener("input", (event) => {
  if (!event.target.matches("input.form-control, textarea")) return;
  write();
  unsent ||= performance.now();
  clearTimeout(timer);
  timer = setTimeout(sendAll, Math.max(0, Math.min(PAUSE, unsent + LONGEST - performance.now())));
});

// ---- sending ----------------------------------------------------------------------

function sendAll() {
  sending ??= sendOn().finally(() => {
    sending = null;
  });
  return sending;
}

async function sendOn() {
  unsent = 0;
  while (entry && entry.state === "waiting" && !leaving) {
    const sent = entry;
    const { outcome, facts } = await outbox.send(sent);
    reached(outcome !== "unreached");
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

function reached(isReached) {
  adrift = !isReached;
  if (isReached) heard = performance.now();
  if (isReached && stranded) complain("");
}

async function again(sent) {
  if (entry === sent) await write();
  else entry.base = known;
}

async function wait(sent) {
  sent.failed = true;
  await journal.put(entry);
  tell.unsent((await outbox.waitingOf(attempt)).length);
  clearTimeout(timer);
  timer = setTimeout(sendAll, AGAIN);
}

async function conclude(outcome, facts) {
  if (outcome === "saved") {
    entry = null;
    complain("");
    const unsent = (await outbox.waitingOf(attempt)).filter((one) => one.slot !== slot).length;
    if (unsent) tell.unsent(unsent); // "saved" would sound as if that held for all
    else tell.saved(facts.saved);
    tabs?.postMessage({ attempt, slot, seq: known });
    mark(form);
  } else if (outcome === "newer") {
    entry = { ...entry, state: "conflict" };
    tell.elsewhere(form, facts.saved);
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

// ---- another window -----------------------------------------------------------------

form.addEventListener("click", async ({ target }) => {
  if (target.closest("[data-theirs]")) {
    if (entry) await journal.remove(entry);
    entry = null;
    leaving = true;
    location.reload();
  } else if (target.closest("[data-mine]")) {
    await write();
    sendAll();
  }
});
tabs?.addEventListener("message", ({ data }) => {
  if (data.attempt === attempt && data.slot === slot && data.seq > known) look();
});

// A page that stays open learns here of more time, of the end, and of newer answers from elsewhere.
async function look() {
  if (leaving) return;
  const asked = slot;
  const facts = await outbox.ask(location.pathname, asked);
  reached(facts !== null);
  if (facts === null) {
    if (stranded) setTimeout(look, AGAIN);
    return;
  }
  if (facts === "signed-out" || facts.state !== "in_progress") {
    leaving = true;
    location.reload();
    return;
  }
  clock.sync(facts.left);
  if (entry) {
    sendAll();
  } else if (asked === slot && facts.seq > known) {
    known = facts.seq;
    tell.elsewhere(form, facts.saved);
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
  const isSilent = performance.now() - heard > FRESH;
  if (!entry && (adrift || isSilent || !navigator.onLine)) await look();
  if (leaving) return;
  if (entry?.state === "refused") return document.getElementById("problem").focus();
  if (adrift) return goOnAlone(new URL(address, location.href));
  leaving = true;
  location.assign(address);
  return undefined;
}

// Without a connection: the question asked for, if it is kept here.
async function goOnAlone(address) {
  const number = address.pathname === location.pathname && address.searchParams.get("slot");
  const page = number && pages.pageOf(attempt, number);
  if (page) {
    history.pushState(null, "", address);
    return turnTo(number, page);
  }
  const unsent = (await outbox.waitingOf(attempt)).length;
  if (unsent) tell.unsent(unsent);
  complain(frame.dataset.stranded);
  stranded = true;
  setTimeout(look, AGAIN);
  return undefined;
}

async function turnTo(number, page) {
  clearTimeout(timer);
  while (sending) await sending;
  clearTimeout(timer);
  mark(form); // what was answered here is in the journal
  slot = number;
  entry = null;
  known = page.seq;
  given = known;
  written = "";
  stranded = false;
  pages.show(page, frame, form, slot);
  if (page.fields) restore(form, page.fields);
  await takeUp();
}

addEventListener("popstate", () => {
  const number = new URLSearchParams(location.search).get("slot") || first;
  const page = adrift && pages.pageOf(attempt, number);
  if (page) turnTo(number, page);
  else location.reload();
});

addEventListener("beforeunload", (event) => {
  if (entry && frame.dataset.unkept && !leaving) event.preventDefault();
});

// ---- what an earlier page left behind -----------------------------------------------------

async function takeUp() {
  startFlags(frame);
  startCounters();
  const left = (await journal.entriesOf(outbox.person)).filter((one) => one.attempt === attempt);
  const here = left.find((one) => one.slot === slot);
  if (here && !entry) {
    restore(form, here.fields);
    entry = { ...here, failed: true };
    given = Math.max(given, here.seq);
  }
  written ||= heldIn(form);
  startOrdering(form);
  const rest = left.filter((one) => one !== here && one.state === "waiting");
  if (rest.length) await sendOthers(rest);
  if (entry?.state === "conflict") tell.elsewhere(form, entry.saved);
  if (entry?.state === "refused") complain(entry.detail);
  await sendAll();
}

async function sendOthers(entries) {
  clearTimeout(others);
  const counts = await outbox.drain(entries);
  if (counts["signed-out"]) return location.reload();
  if (entries.length) reached(!counts.unreached);
  if (adrift) others = setTimeout(async () => sendOthers((await outbox.waitingOf(attempt)).filter((one) => one.slot !== slot)), AGAIN);
  const waiting = await outbox.waitingOf(attempt);
  if (waiting.length) tell.unsent(waiting.length);
  else if (counts.saved) tell.caughtUp();
  return undefined;
}

pages.keepPages(attempt, slot, document.querySelectorAll(".navi a").length, () => !adrift && !entry && !leaving);
startKeys(form);
takeUp();
