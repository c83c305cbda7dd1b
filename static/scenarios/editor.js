// Writing a role-play: saves by itself a moment after typing stops, keeps what is to be mended and the map fresh, and
// warns before something unsaved is left. The page works without it: every button sends the whole form.

import { renewNotes } from "../base/field_notes.js";
import { leadInto } from "../base/leading.js";

const form = document.getElementById("part-form");
const IDLE = 2500;
const RETRY = 10_000;

let shown = form ? values() : "";
let shownKeys = form ? keys() : "";
let timer = null;
let saving = null;
let halted = false;
let leaving = false;
let passing = false;

function leadsToNew(field) {
  return field.matches("select") && field.value.startsWith("+");
}

// Fields that change the form itself (keys, further picks, what leads to something new) wait for the button, because
// their answer is another form; everything else is sent by itself.
function structural() {
  const leading = [...form.querySelectorAll("select")].filter(leadsToNew);
  return [...form.querySelectorAll("[data-structural]"), ...leading];
}

function data() {
  const sent = new FormData(form);
  for (const field of structural()) sent.delete(field.name);
  return sent;
}

function values() {
  const sent = data();
  for (const name of ["csrf_token", "number", "version"]) sent.delete(name);
  return new URLSearchParams(sent).toString();
}

function keys() {
  return structural().map((field) => `${field.name}=${field.value}`).join("&");
}

function isDirty() {
  return form !== null && (values() !== shown || keys() !== shownKeys);
}

function status(words) {
  const place = document.getElementById("draft-status");
  if (place && words) place.textContent = words;
}

function mark() {
  const note = form.querySelector("[data-dirty]");
  if (note) note.hidden = !isDirty();
}

async function save() {
  clearTimeout(timer);
  if (saving) await saving;
  if (halted || values() === shown) return;
  saving = send();
  await saving;
  saving = null;
}

async function send() {
  const words = document.getElementById("draft-status").dataset;
  const before = values();
  status(words.saving);
  try {
    const body = new URLSearchParams(data());
    const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!answer.ok || !answer.redirected) {
      halted = true; // a refusal or a newer draft: the button shows the page that says so
      return status(words.refused);
    }
    refresh(new DOMParser().parseFromString(await answer.text(), "text/html"));
    shown = before;
  } catch {
    status(words.failed);
    timer = setTimeout(save, RETRY);
  }
  mark();
  return undefined;
}

function refresh(page) {
  for (const id of ["draft-status", "draft-acts", "map", "checks"]) {
    const here = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (here && fresh && !here.contains(document.activeElement)) here.replaceWith(fresh);
    else if (here && fresh && id === "draft-status") here.textContent = fresh.textContent;
  }
  for (const name of ["number", "version"]) {
    const value = page.querySelector(`#part-form [name=${name}]`)?.value;
    for (const field of document.querySelectorAll(`[name=${name}]`)) if (value !== undefined) field.value = value;
  }
  renewNotes(form, page);
}

function changed(event) {
  mark();
  clearTimeout(timer);
  if (leadsToNew(event.target) && !passing) return makeNew(); // made at once, and its form shown
  timer = setTimeout(save, IDLE);
  return undefined;
}

function makeNew() {
  leaving = true;
  form.requestSubmit();
}

// Arrow keys and letters pass through the entries of a closed list on the way to the one that is meant: by keyboard,
// something new is made when Enter says so or the list is left.
function keyed(event) {
  if (!event.target.matches("select")) return;
  passing = !event.altKey && ![" ", "Enter"].includes(event.key);
  if (event.key !== "Enter" || !leadsToNew(event.target)) return;
  event.preventDefault();
  makeNew();
}

function left(event) {
  if (passing && leadsToNew(event.target) && !leaving) makeNew();
  passing = false;
}

async function goTo(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || link.getAttribute("href").startsWith("#") || !isDirty() || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const target = new URL(link.getAttribute("href"), location.href); // boxes of the map are links inside a drawing
  event.preventDefault();
  await save();
  location.assign(target);
}

async function sent(event) {
  const other = event.target;
  if (other === form) {
    leaving = true;
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault(); // the number of the draft is about to change: wait for it
    const button = event.submitter;
    await saving;
    form.requestSubmit(button);
    return;
  }
  if (!other.closest(".editing, #draft-acts") || !isDirty()) return;
  event.preventDefault();
  await save();
  leaving = true;
  other.submit();
}

if (form && form.querySelector(".save-bar")) {
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("keydown", keyed);
  form.addEventListener("focusout", left);
  form.addEventListener("pointerdown", () => (passing = false));
  leadInto(form);
  document.addEventListener("click", goTo);
  document.addEventListener("submit", sent);
  addEventListener("beforeunload", (event) => {
    if (!leaving && isDirty()) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted) location.reload();
  });
}
document.getElementById("errors")?.focus();
