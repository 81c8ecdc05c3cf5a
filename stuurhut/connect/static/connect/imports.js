// Files dropped or chosen are brought at once; without this script there is the button.
"use strict";

const drop = document.querySelector("[data-drop]");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  const mark = (on) => drop.classList.toggle("is-over", on);
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, () => mark(true));
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => mark(false));
  input.addEventListener("change", () => {
    if (!input.files.length) return;
    drop.querySelector("[data-names]").textContent = [...input.files].map((file) => file.name).join(", ");
    drop.closest("form").classList.add("is-sending");
    drop.closest("form").requestSubmit();
  });
}
