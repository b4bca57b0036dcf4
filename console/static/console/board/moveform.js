/** Moving the chosen visit without a mouse: with whom, when, and what that would do. */

import { consequences } from "./moving.js";
import { clock, element, say } from "./words.js";

/**
 * @param {import("./day.js").Day} day @param {any} visit @param {import("./moving.js").Moving} moving
 * @returns {{form: HTMLElement, attempt: (move: {technician: string|null, clock: string|null, pin: string|null}) => void}}
 *   `attempt` fills the form and says what it would do
 */
export function moveForm(day, visit, moving) {
  const known = day.stops.get(visit.id);
  const technician = technicianChoice(day, known);
  const time = element("input", { type: "time", name: "clock", value: known ? clock(known.stop.start_at) : "" });
  const outcome = element("div", { class: "outcome-note", role: "status" });
  let pin = null; // what a suggestion needs; who changes the form decides anew
  const following = followingChoice(known);
  const move = () => ({
    visit: visit.id,
    technician: technician.value || null,
    clock: technician.value ? time.value || null : null,
    pin,
    following: technician.value !== "" && following?.checked,
  });
  const ask = () =>
    moving.trial(move()).then(
      (told) => outcome.replaceChildren(...consequences(told)),
      (refusal) => outcome.replaceChildren(refusal.message),
    );
  const form = element(
    "form",
    {
      class: "move",
      onsubmit: (event) => {
        event.preventDefault();
        moving.commit(move());
      },
      onchange: () => {
        pin = null;
        ask();
      },
    },
    element("label", {}, say("technician"), technician),
    element("label", {}, say("start"), time),
    following && element("label", { class: "following" }, following, say("following")),
    element("button", {}, say("move")),
    outcome,
  );
  const attempt = (wanted) => {
    technician.value = day.board.technicians.find(({ code }) => code === wanted.technician)?.id ?? "";
    time.value = wanted.clock ?? "";
    pin = wanted.pin;
    form.scrollIntoView({ block: "nearest" });
    technician.focus();
    ask();
  };
  return { form, attempt };
}

/** Whether those after it go along, where there are any. */
function followingChoice(known) {
  if (!known || known.place === known.technician.stops.length - 1) return null;
  return element("input", { type: "checkbox", name: "following" });
}

function technicianChoice(day, known) {
  const choices = day.board.technicians.map(({ id, code, name }) =>
    element("option", { value: id, selected: id === known?.technician.id }, `${code} ${name}`),
  );
  return element("select", { name: "technician" }, element("option", { value: "" }, say("nobody")), ...choices);
}
