// A visit's checklist: what is asked, and the answers as they come.

import { element, say } from "./element.js";
import { camera, thumbnails } from "./photos.js";

/**
 * @param {string} visit
 * @param {import("./standing.js").Point[]} points
 * @param {{answer: (code: string, value: boolean | number | string | null) => void, photo: (code: string, file: Blob) => void,
 *   remove: (key: string) => void}} tell
 */
export function checklist(visit, points, tell) {
  const rows = points.map((point) => row(visit, point, tell));
  const made = element("section", { class: "checklist" }, element("h3", {}, say("checklist")), ...rows.map((one) => one.element));
  made.hidden = !points.length;
  /** @param {import("./standing.js").Standing} now */
  const update = (now) => rows.forEach((one) => one.update(now));
  /** @param {import("./standing.js").Point[]} missing */
  const mark = (missing) => {
    const codes = new Set(missing.map(({ code }) => code));
    for (const one of rows) one.element.classList.toggle("open", codes.has(one.point.code));
  };
  /** @param {import("./standing.js").Point} point */
  const goTo = ({ code }) => rows.find((one) => one.point.code === code)?.element.querySelector("input, textarea").focus();
  return { element: made, update, mark, goTo };
}

function row(visit, point, tell) {
  const kinds = { yes_no: yesOrNo, number: measured, text: written, photo: pictured };
  const { parts, update } = kinds[point.kind](visit, point, tell);
  const title = element("legend", {}, point.text, point.required ? "" : element("small", {}, ` ${say("optional")}`));
  return { point, update, element: element("fieldset", {}, title, ...parts) };
}

function yesOrNo(visit, point, tell) {
  const name = `${visit}-${point.code}`;
  const choice = (value, label) => element("input", { type: "radio", name, "aria-label": label, onchange: () => tell.answer(point.code, value) });
  const inputs = new Map([[true, choice(true, say("yes"))], [false, choice(false, say("no"))]]);
  const update = ({ answers }) => inputs.forEach((input, value) => (input.checked = answers.get(point.code) === value));
  return { parts: [element("span", { class: "either" }, ...[...inputs].map(([value, input]) => element("label", {}, input, say(value ? "yes" : "no"))))], update };
}

function measured(visit, point, tell) {
  const bounds = { min: point.lowest, max: point.highest, step: "any", inputmode: "decimal" };
  const said = element("span", { class: "problem", role: "alert", hidden: true });
  const change = () => {
    const is_wrong = !input.validity.valid;
    said.hidden = !is_wrong;
    said.textContent = is_wrong ? between(point) : "";
    if (!is_wrong) tell.answer(point.code, input.value === "" ? null : input.valueAsNumber);
  };
  const input = element("input", { type: "number", "aria-label": point.text, ...bounds, onchange: change });
  return { parts: [input, point.unit ? ` ${point.unit}` : "", said], update: fill(input, point) };
}

function between({ lowest, highest, unit }) {
  if (lowest === null) return say("at_most", { highest, unit });
  return highest === null ? say("at_least", { lowest, unit }) : say("between", { lowest, highest, unit });
}

function written(visit, point, tell) {
  const input = element("textarea", {
    rows: 2, maxlength: 2000, "aria-label": point.text, onchange: () => tell.answer(point.code, input.value.trim() || null),
  });
  return { parts: [input], update: fill(input, point) };
}

function pictured(visit, point, tell) {
  const shown = thumbnails(visit, tell.remove);
  const take = camera(point.text, (file) => tell.photo(point.code, file));
  return { parts: [shown.element, take], update: ({ photos }) => shown.update(photos.filter(({ code }) => code === point.code)) };
}

/** Never under somebody's fingers. */
function fill(input, point) {
  return ({ answers }) => {
    if (input !== document.activeElement) input.value = answers.get(point.code) ?? "";
  };
}
