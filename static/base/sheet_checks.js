// Looks a form through while it is filled in (form[data-checks]): after a change it is sent to be checked, kept nowhere, and
// what is to be mended and what was counted for it become fresh. Without this module the button of the same name does so.

import { renewNotes } from "./field_notes.js";

const form = document.querySelector("form[data-checks]");
const PAUSE = 600;

let timer = null;
let asked = 0;
let looked = form ? values() : "";

function data() {
  const sent = new FormData(form);
  sent.set("do", "check");
  return sent;
}

function values() {
  return new URLSearchParams(data()).toString();
}

async function look() {
  const now = values();
  if (now === looked) return;
  const mine = ++asked;
  try {
    const options = { method: "POST", body: new URLSearchParams(data()), credentials: "same-origin", headers: { Accept: "text/html" } };
    const answer = await fetch(form.action, options);
    if (!answer.ok || answer.redirected || mine !== asked) return; // a later look says more
    looked = now;
    refresh(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // without a connection the form stays as it is; saving says what is wrong
  }
}

function refresh(page) {
  for (const here of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(here.id);
    if (fresh && !here.contains(document.activeElement)) here.replaceWith(fresh);
  }
  renewNotes(form, page);
}

if (form) {
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => clearTimeout(timer));
  form.dataset.checks = "on"; // it listens
}
