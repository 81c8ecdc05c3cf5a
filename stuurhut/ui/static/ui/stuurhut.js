// Menu, light or dark, keyboard, and what pages do after a part of them changed.
"use strict";

const root = document.documentElement;
const chosenTheme = () => document.cookie.match(/(?:^|; )theme=(light|dark)/)?.[1] ?? "";

function showTheme() {
  const chosen = chosenTheme();
  if (chosen) root.dataset.bsTheme = chosen;
  else delete root.dataset.bsTheme;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
  }
}

function chooseTheme(choice) {
  document.cookie = `theme=${choice}; path=/; max-age=${choice ? 31536000 : 0}; samesite=lax`;
  showTheme();
}

function showAge() {
  for (const stamp of document.querySelectorAll("time[data-age]")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(stamp.dateTime)) / 1000));
    const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
    const [unit, size] = units.find(([, length]) => seconds >= length) ?? units[3];
    const words = new Intl.RelativeTimeFormat(root.lang, { numeric: seconds < 1 ? "auto" : "always" });
    stamp.textContent = words.format(-Math.floor(seconds / size), unit);
  }
}

document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-theme-choice]");
  if (theme) chooseTheme(theme.dataset.themeChoice);
  const toggle = event.target.closest("[data-toggle='rail']");
  if (toggle) {
    const open = document.body.classList.toggle("rail-open");
    toggle.setAttribute("aria-expanded", String(open));
  }
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// One key (/) or two in a row (g c): the element with that data-key gets the focus, or is followed when it is a link.
let before = "";
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea")) return;
  const keys = before ? `${before} ${event.key}` : event.key;
  before = event.key === "g" && !before ? "g" : "";
  const element = document.querySelector(`[data-key="${CSS.escape(keys)}"]`);
  if (!element) return;
  event.preventDefault();
  if (element.tagName === "A") element.click();
  else element.focus();
});

// An address says what was asked, and nothing of what was left empty.
document.addEventListener("htmx:config:request", (event) => {
  const fields = event.detail.ctx.request.body;
  if (!(fields instanceof FormData)) return;
  for (const [name, value] of [...fields]) if (value === "") fields.delete(name);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-clean]")) return;
  for (const field of event.target.elements) if (field.value === "") field.disabled = true;
});

showTheme();
showAge();
setInterval(showAge, 5000);
document.addEventListener("htmx:after:swap", showAge);
