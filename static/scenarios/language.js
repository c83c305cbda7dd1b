// Enter goes on to the next field; while a Chinese word is being composed it only takes the word.

const form = document.getElementById("part-form");

function onward(event) {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.altKey || !field.matches("textarea")) return;
  const isList = field.value.split("\n").length < Number(field.dataset.lines);
  if (isList && !event.ctrlKey && !event.metaKey) return; // one line for each line beside it
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) return form.querySelector(".save-bar button").click();
  const fields = [...form.querySelectorAll("textarea, .save-bar button")];
  const next = fields[fields.indexOf(field) + 1];
  next?.focus();
  next?.scrollIntoView({ block: "center" });
  return undefined;
}

form?.addEventListener("keydown", onward);
