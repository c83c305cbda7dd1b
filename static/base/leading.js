// Sentences about something to mend (a[href="#place"]) lead into their field of a form, also where that is folded away.

export function leadInto(form) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const place = link && document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
    if (!place || !form.contains(place)) return;
    event.preventDefault();
    for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const control = "input:not([type=hidden]), select, textarea";
    (place.matches(control) ? place : place.querySelector(control) ?? place).focus({ preventScroll: true });
    place.scrollIntoView({ block: "center" });
  });
}
