// Sends what waits in the journal to the server, one after the other, and says what became of each.

import * as journal from "./journal.js";
import { answered } from "./pages.js";

const content = (name) => document.querySelector(`meta[name="${name}"]`)?.content;

export const person = content("person") || "";
let token = content("csrf-token");
let order = Date.now(); // only sorts the entries of this browser

// What a window writes carries its name, so that the server can tell it from what another one wrote.
export const writer = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export function entryFor(attempt, slot, url, fields, seq, base) {
  order += 1;
  return { key: journal.keyOf(person, attempt, slot), person, attempt, slot, url, fields, seq, base, writer, order, state: "waiting" };
}

// → {outcome: saved | newer | late | refused | gone | signed-out | unreached, facts}
export async function send(entry, again = true) {
  const body = new URLSearchParams(entry.fields);
  for (const name of ["seq", "base", "writer"]) body.set(name, String(entry[name]));
  let reply;
  let facts = {};
  try {
    reply = await fetch(entry.url, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token },
      credentials: "same-origin",
      keepalive: true,
      redirect: "manual",
      signal: AbortSignal.timeout?.(20000),
    });
    if (reply.headers.get("Content-Type")?.includes("json")) facts = await reply.json();
  } catch {
    return { outcome: "unreached", facts };
  }
  if (reply.ok && typeof facts.seq === "number") return { outcome: facts.stands ? "saved" : "newer", facts };
  if (reply.status === 409 && facts.recorded === "late") return { outcome: "late", facts };
  if (reply.status === 409 || reply.status === 422) return { outcome: "refused", facts };
  if (reply.status === 404) return { outcome: "gone", facts };
  if (reply.status === 400 && again) {
    // the page's token has run out, or nobody is signed in any more
    const now = await ask(entry.url.replace(/\/answers\/\d+$/, ""));
    return now === "signed-out" ? { outcome: now, facts } : now ? send(entry, false) : { outcome: "unreached", facts };
  }
  if ([401, 403].includes(reply.status) || reply.type === "opaqueredirect") return { outcome: "signed-out", facts };
  return { outcome: "unreached", facts };
}

// The server's clock and what it holds for a question of the attempt at this path; null when it cannot be reached.
export async function ask(path, slot = "") {
  try {
    const reply = await fetch(`${path}/clock?slot=${slot}`, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout?.(8000) });
    if (reply.status === 401) return "signed-out";
    if (!reply.ok) return null;
    const facts = await reply.json();
    token = facts.csrf;
    return facts;
  } catch {
    return null;
  }
}

// What waits for the connection from one attempt.
export async function waitingOf(attempt) {
  return (await journal.entriesOf(person)).filter((one) => one.attempt === attempt && one.state === "waiting");
}

// Sends the entries that wait; stops at the first that nobody answers. Returns how many met which outcome.
export async function drain(entries) {
  const counts = {};
  for (const entry of entries.filter((one) => one.state === "waiting")) {
    const { outcome, facts } = await send(entry);
    counts[outcome] = (counts[outcome] || 0) + 1;
    if (outcome === "unreached" || outcome === "signed-out") break;
    await settle(entry, outcome, facts);
  }
  return counts;
}

// What is acknowledged leaves the journal; what a person has to look at stays there, marked.
export async function settle(entry, outcome, facts) {
  if (outcome === "saved") answered(entry, facts.seq);
  if (["saved", "late", "gone"].includes(outcome)) await journal.remove(entry);
  else if (outcome === "newer") await journal.put({ ...entry, state: "conflict", known: facts.seq, saved: facts.saved });
  else if (outcome === "refused") await journal.put({ ...entry, state: "refused", detail: facts.detail });
}

// A sentence for the next page that is shown, or for this one.
export function tellNext(words) {
  try {
    sessionStorage.setItem("answers-told", words);
  } catch {
    // then it is not told; the server's pages say how things stand
  }
}
