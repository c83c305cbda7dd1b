// On every page of somebody signed in: sends the answers that still wait in this browser, theirs only, and says so.

import { entriesOf } from "./journal.js";
import { drain, person } from "./outbox.js";
import { forget } from "./pages.js";

const words = document.getElementById("answers-words")?.dataset;

function tell(sentence, kind) {
  const box = document.createElement("div");
  box.className = `alert alert-${kind}`;
  box.setAttribute("role", "status");
  box.textContent = sentence;
  document.getElementById("main")?.prepend(box);
}

function told() {
  try {
    const sentence = sessionStorage.getItem("answers-told");
    sessionStorage.removeItem("answers-told");
    return sentence;
  } catch {
    return null;
  }
}

async function start() {
  const earlier = told();
  if (earlier) tell(earlier, "warning");
  if (document.querySelector("[data-attempt]")) return; // an exam's own page does this by itself
  forget();
  const counts = await drain(await entriesOf(person));
  if (counts.saved) tell(words.sent, "success");
  if (counts.late) tell(words.late, "warning");
  if (counts.newer || counts.refused) tell(words.look, "warning");
  if (counts.unreached) setTimeout(start, 10_000);
}

if (person && words) start();
