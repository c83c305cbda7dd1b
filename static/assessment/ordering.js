// Ordering: two buttons a line instead of choosing numbers. The selects stay and carry the answer.

export function startOrdering(form) {
  const list = form.querySelector("[data-order]");
  if (!list) return;
  list.classList.add("q-sorted");
  for (const row of list.children) row.append(moves(list, row));
  refresh(list);
  const keep = document.createElement("button");
  keep.type = "button";
  keep.className = "btn btn-quiet btn-sm";
  keep.textContent = list.dataset.keep;
  keep.addEventListener("click", () => settle(list));
  list.after(keep);
  keep.hidden = isSettled(list);
  list.addEventListener("settled", () => {
    keep.hidden = true;
  });
}

function moves(list, row) {
  const box = document.createElement("span");
  box.className = "q-moves";
  const words = row.querySelector("label").textContent;
  for (const [step, sign, name] of [
    [-1, "↑", list.dataset.up],
    [1, "↓", list.dataset.down],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", `${name}: ${words}`);
    button.addEventListener("click", () => move(list, row, step, button, words));
    box.append(button);
  }
  return box;
}

function move(list, row, step, button, words) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  settle(list);
  button.focus();
  const place = [...list.children].indexOf(row) + 1;
  const said = document.getElementById("announce");
  if (said) said.textContent = list.dataset.moved.replace("{words}", words).replace("{place}", place);
}

function isSettled(list) {
  return [...list.querySelectorAll("select")].every((select) => select.value !== "");
}

function settle(list) {
  [...list.children].forEach((row, index) => {
    row.querySelector("select").value = String(index + 1);
  });
  refresh(list);
  list.dispatchEvent(new Event("settled"));
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

function refresh(list) {
  [...list.children].forEach((row, index, all) => {
    const [up, down] = row.querySelectorAll("button");
    up.disabled = index === 0;
    down.disabled = index === all.length - 1;
  });
}
