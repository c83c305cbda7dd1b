// A file that is too large is told before it is sent, so that no word of the form has to make the way. The server decides.

for (const input of document.querySelectorAll("input[type=file][data-most]")) {
  const said = document.getElementById(`${input.id}-said`);
  input.addEventListener("change", () => {
    const isTooLarge = [...input.files].some((file) => file.size > Number(input.dataset.most));
    said.textContent = isTooLarge ? input.dataset.tooLarge : "";
    if (isTooLarge) input.value = "";
  });
  input.dataset.watched = "1";
}
