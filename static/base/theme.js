// The choice between light and dark: applied before the page is painted, kept in this browser, switched by the button.
"use strict";

(() => {
  const root = document.documentElement;
  const KEY = "theme";

  function remembered() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be forbidden; the device's wish then holds
    }
  }

  function remember(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // the choice then lasts for this page
    }
  }

  function shown() {
    const wish = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    return root.getAttribute("data-bs-theme") || wish;
  }

  const chosen = remembered();
  if (chosen === "light" || chosen === "dark") root.setAttribute("data-bs-theme", chosen);

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) button.hidden = false;
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch]");
    if (button) {
      const theme = shown() === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", theme);
      remember(theme);
    }
    // a menu closes when somebody clicks elsewhere
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
