// Exchanges one part of the page instead of loading all of it, for links and forms with data-swap="#part".
// The server answers with the whole page as ever; without this module the page simply loads.
// data-swap-push also puts the new address into the history (for filters and pages of a list).

const busy = new WeakSet();
let here = location.pathname + location.search;

export async function swap(element, selector, url, options = {}) {
  const target = document.querySelector(selector);
  const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" }, ...options });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector(selector);
  if (!target || !fresh) {
    // an error page in answer to a form: say it and leave what was typed; any other page is simply shown
    if (options.method && !response.redirected) throw new Error(page.querySelector("h1")?.textContent ?? "");
    return location.assign(response.url);
  }
  const focus = remembered(document.activeElement, target);
  target.replaceWith(fresh);
  document.title = page.title || document.title;
  if (element.hasAttribute("data-swap-push")) {
    history.pushState({}, "", response.url);
    here = location.pathname + location.search;
  }
  restore(focus, fresh);
  announce(fresh);
  fresh.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
  return fresh;
}

function remembered(active, target) {
  if (!target.contains(active)) return null;
  const value = active.getAttribute("value");
  return { id: active.id, name: active.getAttribute("name"), value, start: active.selectionStart };
}

function restore(focus, fresh) {
  const problems = fresh.querySelector("#errors");
  if (problems) return problems.focus();
  if (!focus) return undefined;
  const named = [...fresh.querySelectorAll("[name]")].filter((field) => field.getAttribute("name") === focus.name);
  const again =
    (focus.id && document.getElementById(focus.id)) ||
    named.find((field) => field.getAttribute("value") === focus.value) ||
    named[0] ||
    fresh.querySelector("[autofocus], h1, h2, h3");
  if (!again) return undefined;
  if (!again.matches("a[href], button, input, select, textarea, summary")) again.tabIndex = -1;
  again.focus({ preventScroll: true });
  if (focus.start != null && again.setSelectionRange && again.type !== "email") again.setSelectionRange(focus.start, focus.start);
}

function announce(fresh) {
  const said = ["[data-announce]", "[role=alert]", "h1, h2, h3"].map((kind) => fresh.querySelector(kind)).find(Boolean);
  say(said?.dataset.announce || said?.textContent || document.title, false);
}

function say(words, failed) {
  const place = document.getElementById("announce");
  place.classList.toggle("visually-hidden", !failed); // a failure is seen as well as heard
  place.textContent = "";
  setTimeout(() => (place.textContent = words.trim()), 50); // an emptied region is read again
}

async function guarded(event, element, url, options) {
  event.preventDefault();
  if (busy.has(element)) return; // a double click is one act
  busy.add(element);
  element.setAttribute("aria-busy", "true");
  say("", false);
  try {
    await swap(element, element.dataset.swap, url, options);
  } catch (error) {
    const offline = error instanceof TypeError; // what fetch throws without a connection
    say((!offline && error.message) || document.getElementById("announce").dataset.failed, true);
  } finally {
    busy.delete(element);
    element.removeAttribute("aria-busy");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  guarded(event, link, link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-swap]") || event.defaultPrevented) return;
  const data = new FormData(form, event.submitter);
  const url = new URL(event.submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href, location.href);
  if (form.method === "post") return guarded(event, form, url, { method: "POST", body: data });
  url.search = new URLSearchParams(data).toString();
  return guarded(event, form, url);
});

// A page that turns its own leaves (an attempt without a connection) goes back by itself.
addEventListener("popstate", () => document.querySelector("[data-attempt]") || location.reload());
