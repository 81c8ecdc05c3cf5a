// The grid of goals as a spreadsheet: arrows, Enter, paste, undo, sums that follow, and nothing sent that was not changed.
"use strict";

const form = document.querySelector("[data-goals]");
const chooser = document.querySelector("[data-choose]");
chooser?.addEventListener("change", () => chooser.requestSubmit());

// A grid wider than the screen starts at the running period, right of the names.
const current = form?.querySelector("thead .is-now:not(.is-whole)");
if (current) current.closest(".goals-scroll").scrollLeft = current.offsetLeft - current.parentElement.cells[0].offsetWidth;

if (form?.querySelector("td input")) {
  const dutch = document.documentElement.lang.startsWith("nl");
  const rows = [...form.querySelectorAll(".goals tr")].map((row) => [...row.cells].map((cell) => cell.querySelector("input"))).filter((row) => row.some(Boolean));
  const cells = rows.flat().filter(Boolean);
  const note = document.getElementById("cell-note"), counted = form.querySelector(".changed"), undo = form.querySelector("[data-undo]");
  const done = []; // batches of [input, what stood in it before], the last first to be undone
  let before = "", sending = false;

  const isChanged = (input) => input.value.trim() !== input.dataset.was;
  const placeOf = (input) => {
    const row = rows.findIndex((inputs) => inputs.includes(input));
    return [row, rows[row].indexOf(input)];
  };

  // As the server reads numbers, for the sums alone: what it makes of them decides.
  function numberIn(text) {
    let bare = text.replace(/[\s\u00a0\u202f€$£%]/g, "").toLowerCase();
    const times = /mln\.?$|m$/.test(bare) ? 1e6 : /k$/.test(bare) ? 1e3 : 1;
    bare = bare.replace(/(mln\.?|m|k)$/, "");
    const [decimal, thousands] = dutch ? [",", "."] : [".", ","];
    if (bare.split(thousands).slice(1).every((part) => /^\d{3}(\D|$)/.test(part))) bare = bare.replaceAll(thousands, "");
    else bare = bare.replace(thousands, decimal);
    const number = bare === "" ? NaN : Number(bare.replace(decimal, "."));
    return Number.isNaN(number) ? null : number * times;
  }
  const valueIn = (input) => numberIn(input.value.trim() || input.placeholder);

  function show() {
    let changed = 0;
    for (const input of cells) {
      const is = isChanged(input);
      input.closest("td").classList.toggle("is-new", is);
      changed += is;
    }
    counted.textContent = changed ? `${changed} ${changed === 1 ? form.dataset.changedOne : form.dataset.changedMore}` : "";
    undo.hidden = !done.length;
    return changed;
  }

  // The sum below a team follows what is typed for the people in the same block; saving adds those of teams below.
  function addUp(column) {
    const inColumn = (cell) => cell.dataset.column === column;
    const write = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
    for (const sum of [...form.querySelectorAll("[data-sum]")].filter(inColumn)) {
      const own = form.querySelector(`input[id^="g-${sum.dataset.sum}-"][data-column-is="${column}"]`);
      const people = [...sum.closest("tbody").querySelectorAll(".of-person td")].filter(inColumn);
      const inputs = people.map((cell) => [document.getElementById(cell.dataset.of), Number(cell.dataset.share)]);
      if (!inputs.some(([input]) => input && isChanged(input)) && !(own && isChanged(own))) continue;
      const known = inputs.filter(([input]) => input && valueIn(input) !== null);
      if (!known.length) continue;
      const total = known.reduce((all, [input, share]) => all + valueIn(input) * share, 0);
      const [text, against] = sum.children;
      text.textContent = write.format(total);
      const goal = own ? valueIn(own) : null, gap = goal === null ? null : total - goal;
      against.classList.toggle("is-less", gap !== null && gap < -0.5);
      if (gap === null) against.textContent = "";
      else if (Math.abs(gap) < 0.5) against.textContent = form.dataset.equal;
      else against.textContent = (gap < 0 ? form.dataset.less : form.dataset.more).replace("{size}", write.format(Math.abs(gap)));
    }
  }

  // The year follows its parts for as long as it has no goal of its own.
  function yearOf(row) {
    const year = row.querySelector("td.is-whole input"), parts = [...row.querySelectorAll("td.goal:not(.is-whole)")];
    if (!year || !parts.length || !("addsUp" in form.dataset)) return;
    const values = parts.map((cell) => {
      const input = cell.querySelector("input");
      return input ? valueIn(input) : numberIn(cell.querySelector(".stands").textContent);
    });
    const whole = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
    if (values.every((value) => value !== null)) year.placeholder = whole.format(values.reduce((all, value) => all + value, 0));
  }

  function changed(inputs) {
    show();
    for (const row of new Set(inputs.map((input) => input.closest("tr")))) yearOf(row);
    for (const column of new Set(inputs.map((input) => input.dataset.columnIs))) addUp(column);
  }

  function keep(batch) {
    const real = batch.filter(([input, old]) => input.value !== old);
    if (real.length) done.push(real);
    changed(batch.map(([input]) => input));
  }

  function takeBack() {
    const batch = done.pop();
    if (!batch) return;
    for (const [input, old] of batch) input.value = old;
    changed(batch.map(([input]) => input));
    batch[0][0].focus();
    before = batch[0][0].value;
  }

  function move(input, down, right) {
    let [row, place] = placeOf(input);
    do { row += down; place += right; } while (rows[row] && place >= 0 && place < rows[row].length && !rows[row][place]);
    const next = rows[row]?.[place];
    if (next) next.focus();
    return Boolean(next);
  }

  function paste(input, text) {
    const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    const [top, left] = placeOf(input), batch = [];
    lines.forEach((line, down) => line.forEach((value, right) => {
      const cell = rows[top + down]?.[left + right];
      if (!cell) return; // closed, beyond the edge, or of somebody who was not there
      batch.push([cell, cell.value]);
      cell.value = value.trim();
    }));
    keep(batch);
    before = input.value;
  }

  for (const input of cells) input.dataset.columnIs = input.closest("td").dataset.column;

  form.addEventListener("focusin", ({ target }) => {
    if (!cells.includes(target)) return;
    before = target.value;
    note.textContent = `${target.getAttribute("aria-label")}. ${target.dataset.note}`;
    target.select();
  });
  form.addEventListener("input", ({ target }) => { if (cells.includes(target)) changed([target]); });
  form.addEventListener("change", ({ target }) => {
    if (!cells.includes(target) || target.value === before) return;
    keep([[target, before]]);
    before = target.value;
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!cells.includes(event.target) || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    paste(event.target, text);
  });
  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!cells.includes(input) || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && input.value === before) {
      event.preventDefault();
      takeBack();
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const atStart = input.selectionEnd === 0, atEnd = input.selectionStart === input.value.length;
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0] };
    if (event.key === "ArrowLeft" && (whole || atStart)) steps.ArrowLeft = [0, -1];
    if (event.key === "ArrowRight" && (whole || atEnd)) steps.ArrowRight = [0, 1];
    if (event.key === "Escape" && input.value !== before) {
      input.value = before;
      changed([input]);
      input.select();
      event.preventDefault();
    } else if (steps[event.key] && !(event.shiftKey && event.key !== "Enter")) {
      event.preventDefault();
      if (!move(input, ...steps[event.key]) && event.key === "Enter") {
        if (input.value !== before) keep([[input, before]]);
        before = input.value;
      }
    }
  });
  undo.addEventListener("click", takeBack);
  form.addEventListener("submit", () => {
    sending = true;
    for (const input of cells) if (!isChanged(input)) input.disabled = true;
  });
  addEventListener("pageshow", () => {
    sending = false;
    for (const input of cells) input.disabled = false;
    show();
  });
  addEventListener("beforeunload", (event) => { if (!sending && cells.some(isChanged)) event.preventDefault(); });
  show();
  form.querySelector("[aria-invalid]")?.focus();
}
