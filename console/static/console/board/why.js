/** Why a visit is where it is, and what it would cost with others; or why nobody goes, and what would let it in. */

import { clock, element, say, sayOne, signed } from "./words.js";

const WEIGHTIEST = 3;

/**
 * @param {any} assignment what GET /visits/{id}/assignment answers
 * @param {((move: {technician: string, clock: string|null, pin: string|null}) => void)|null} attempt puts a move into the
 *   form and says what it would do; null for who may not plan
 * @param {boolean} offering whether the alternatives are what one looks for
 */
export function whyOf(assignment, attempt, offering) {
  const { why, alternatives, keeps_out: keepsOut, ways_in: waysIn } = assignment;
  const lines = (texts, name) => element("ul", { class: name }, ...texts.map((text) => element("li", {}, text)));
  if (!keepsOut.length && !waysIn.length) {
    return [lines(why, "why"), ...folded(say("others_cost"), alternatives.map((one) => alternativeOf(one, attempt)), offering)];
  }
  return [
    lines(why, "why why-not"),
    ...folded(say("would_fit"), waysIn.map((way) => wayOf(way, attempt)), true),
    ...folded(say("keeps_out"), keepsOut.map((text) => element("li", {}, text))),
  ];
}

function folded(title, items, open = false) {
  if (!items.length) return [];
  return [element("details", { open }, element("summary", {}, title), element("ul", { class: "ways" }, ...items))];
}

function alternativeOf({ technician, minutes, terms }, attempt) {
  const weightiest = Object.entries(terms).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, WEIGHTIEST);
  const because = weightiest.map(([term, change]) => `${sayOne("term", term)} ${signed(change)}`).join(" · ");
  const text = `${technician} ${say("minutes", { minutes: signed(minutes) })}`;
  return element("li", {}, deed(text, attempt, { technician, clock: null, pin: null }), element("small", {}, because));
}

function wayOf({ text, technician, pin, start_at: startAt }, attempt) {
  if (!technician) return element("li", {}, text);
  return element("li", {}, deed(text, attempt, { technician, clock: startAt && clock(startAt), pin }));
}

/** A button that tries it, where there is somebody who may. */
function deed(text, attempt, move) {
  if (!attempt) return text;
  return element("button", { type: "button", class: "way", onclick: () => attempt(move) }, text);
}
