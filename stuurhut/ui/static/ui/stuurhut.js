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

// Tables sort on any column: once up, again down; what has no value stays last. A new copy of the table is sorted again.
const sorted = new Map();

function sortTable(table) {
  const [column, up] = sorted.get(table.id) ?? [];
  if (column === undefined) return;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
  const value = (row) => row.cells[column].dataset.sort ?? "";
  const compare = (a, b) => (column === 0 ? a.localeCompare(b, root.lang) : Number(a) - Number(b));
  const rows = [...table.tBodies[0].rows].sort((a, b) => {
    if (!value(a) || !value(b)) return Number(!value(a)) - Number(!value(b));
    return up ? compare(value(a), value(b)) : compare(value(b), value(a));
  });
  table.tBodies[0].append(...rows);
}

document.addEventListener("click", (event) => {
  const head = event.target.closest?.("table[data-sortable] th button")?.parentElement;
  if (!head) return;
  const table = head.closest("table");
  sorted.set(table.id, [head.cellIndex, head.getAttribute("aria-sort") === "descending" || (head.cellIndex === 0 && !head.hasAttribute("aria-sort"))]);
  sortTable(table);
});

// A page that follows the data asks every two seconds whether anything changed, and only then for itself.
async function follow() {
  const fresh = document.getElementById("fresh");
  if (!fresh || document.hidden || document.activeElement?.matches("form.asked *")) return;
  const answer = await fetch(`${fresh.dataset.live}?was=${fresh.dataset.now}`, { cache: "no-store" }).catch(() => null);
  fresh.classList.toggle("is-lost", !answer?.ok);
  if (!answer?.ok) return;
  if (answer.status === 200) return htmx.trigger(fresh, "stale");
  fresh.querySelector("time").dateTime = new Date().toISOString();
  showAge();
}

// What somebody opened stays open when the page changes around it.
document.addEventListener("htmx:before:morph:node", (event) => {
  const { oldNode, newNode } = event.detail;
  if (oldNode instanceof HTMLDetailsElement && newNode instanceof HTMLDetailsElement) newNode.open = oldNode.open;
});

document.addEventListener("htmx:after:swap", () => {
  showAge();
  document.querySelectorAll("table[data-sortable]").forEach(sortTable);
});
showTheme();
showAge();
setInterval(showAge, 5000);
if (document.getElementById("fresh")) setInterval(follow, 2000);
