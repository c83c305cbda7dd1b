// Keys of the attempt's page: arrows turn the page, numbers choose.

export function startKeys(form) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, textarea, .form-control")) return;
    const isChoice = event.target.matches("input[type=radio]");
    if (event.key === "ArrowRight" && !isChoice) document.querySelector("[data-next]")?.click();
    else if (event.key === "ArrowLeft" && !isChoice) document.querySelector("[data-back]")?.click();
    else if (/^[1-9]$/.test(event.key)) choose(form, Number(event.key));
  });
}

function choose(form, number) {
  const option = form.querySelectorAll(".opt > input")[number - 1];
  if (!option) return;
  option.focus();
  option.click();
}
