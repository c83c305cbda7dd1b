// Counts the characters of a text while it is written. Without this module the limits are read under the field.

export function startCounters() {
  for (const told of document.querySelectorAll("[data-count]")) startCounter(told);
}

function startCounter(told) {
  const field = document.getElementById(told.dataset.count);
  const least = Number(told.dataset.least);
  const most = Number(told.dataset.most);

  const tell = () => {
    const count = [...field.value].length;
    let words = told.dataset.words;
    if (count < least) words = told.dataset.short;
    else if (field.value.length >= most) words = told.dataset.full;
    told.textContent = words
      .replace("{count}", count.toLocaleString(document.documentElement.lang))
      .replace("{missing}", (least - count).toLocaleString(document.documentElement.lang));
  };
  field.addEventListener("input", tell);
  tell();
}
