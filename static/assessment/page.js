// Parts of the attempt's page: the form's fields, and the line that says what is saved.

function icon(path) {
  return `<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
}
const CHECK = icon("M10.97 4.97a.75.75 0 0 1 1.07 1.05l-3.99 4.99a.75.75 0 0 1-1.08.02L4.324 8.384a.75.75 0 1 1 1.06-1.06l2.094 2.093 3.473-4.425z");
const ALERT = icon("M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1M7.25 4.5h1.5v4.75h-1.5zM8 12.2a.9.9 0 1 1 0-1.8.9.9 0 0 1 0 1.8");

export function startStatus(status, words) {
  function tell(sentence, ok) {
    status.innerHTML = ok ? CHECK : ALERT;
    const text = document.createElement("span");
    text.textContent = sentence;
    status.append(text);
    status.classList.toggle("saved-not", !ok);
  }
  return {
    saved: (sentence) => tell(sentence, true),
    caughtUp: () => tell(words.caughtUp, true),
    refused: () => tell(words.refused, false),
    elsewhere: (form, saved) => {
      const notice = form.querySelector("[data-elsewhere]");
      notice.querySelector("[data-saved-at]").textContent = saved || "";
      notice.hidden = false;
      tell(words.refused, false);
    },
    problem: (sentence) => {
      const place = document.getElementById("problem");
      place.textContent = sentence || "";
      place.hidden = !sentence;
    },
    unsent: (number) => tell(number > 1 ? words.waitingMany.replace("{count}", number) : words.waitingOne, false),
  };
}

export function fieldsOf(form) {
  return [...new FormData(form).entries()].filter(([name]) => name !== "csrf_token").map(([name, value]) => [name, String(value)]);
}

// All that the form holds, as one string to compare with.
export function heldIn(form) {
  return JSON.stringify(fieldsOf(form));
}

// Shows in the form what an earlier page had in it.
export function restore(form, fields) {
  for (const control of form.querySelectorAll("input, select, textarea")) {
    if (!control.name || control.type === "hidden") continue;
    const values = fields.filter(([name]) => name === control.name).map(([, value]) => value);
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else control.value = values[0] ?? "";
  }
  const list = form.querySelector("[data-order]");
  if (!list) return;
  const place = (row) => Number(row.querySelector("select").value) || 0;
  for (const row of [...list.children].sort((one, other) => place(one) - place(other))) list.append(row);
}

// Writes a number over the one in a line of the map's key.
export function count(item, number) {
  const text = item && [...item.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && /\d/.test(node.data));
  if (text) text.data = text.data.replace(/\d+/, String(number));
}

// Shows in the map, in the bar and in the map's key whether the question that stands here is answered.
export function mark(form) {
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
