// The form that logs a contact asks only what belongs to the kind that was chosen.
"use strict";

const APPOINTMENTS = ["visit", "meeting", "video", "demo"];
const MARKS = ["benefit_named", "customer_prepared", "advice_given", "proposal_asked"];

function askWhatFits(form) {
  const kind = form.querySelector("[name=kind]:checked")?.value;
  const show = (name, visible) => {
    const field = form.querySelector(`[name="${name}"]`)?.closest(".field");
    if (field) field.hidden = !visible;
  };
  show("outcome", kind === "call");
  for (const mark of MARKS) show(mark, APPOINTMENTS.includes(kind));
}

for (const form of document.querySelectorAll("[data-form='activity']")) {
  form.addEventListener("change", () => askWhatFits(form));
  askWhatFits(form);
}
