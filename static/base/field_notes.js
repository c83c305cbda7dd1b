// What is to be mended stands under its field; the words belong to the field for screen readers too.

// Take what stands under every field of a form from a fresh page of the same form.
export function renewNotes(form, page) {
  for (const field of form.querySelectorAll("[data-field]")) renew(field, page);
}

function renew(field, page) {
  const twin = page.querySelector(`[data-field="${CSS.escape(field.dataset.field)}"]`);
  const own = (place) => [...place.children].find((child) => child.matches(".field-notes"));
  own(field)?.remove();
  const fresh = twin && own(twin);
  if (fresh) field.append(fresh);
  for (const control of [field, ...field.querySelectorAll("input, select, textarea")]) {
    const other = twin && control.id && page.getElementById(control.id);
    if (!other) continue;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (other.hasAttribute(name)) control.setAttribute(name, other.getAttribute(name));
      else control.removeAttribute(name);
    }
  }
}
