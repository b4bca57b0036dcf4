/** Accepting some of a new plan: its bundles, each of technicians who belong together. */

import { element, say, signed } from "./words.js";

/**
 * The form, or why there is none.
 * @param {{technicians: {id: string, code: string, name: string}[], visits: number, promises: number, travel_minutes: number}[]} bundles
 * @param {Set<string>} ticked the technicians who are chosen; the form keeps it
 * @param {(technicians: string[]) => void} accept
 */
export function bundlesOf(bundles, ticked, accept) {
  if (!bundles.length) return "";
  if (bundles.length === 1) return element("p", { class: "soft" }, say("one_bundle"));
  const button = element("button", {}, say("accept_some"));
  const choose = (people, on) => {
    for (const { id } of people) ticked[on ? "add" : "delete"](id);
    button.disabled = ticked.size === 0;
  };
  const lines = bundles.map((bundle) => lineOf(bundle, ticked, choose));
  button.disabled = ticked.size === 0;
  const submit = (event) => {
    event.preventDefault();
    accept([...ticked]);
  };
  return element(
    "details",
    { open: ticked.size > 0 },
    element("summary", {}, say("bundles", { number: bundles.length })),
    element("form", { class: "bundles", onsubmit: submit }, element("p", { class: "soft" }, say("bundles_how")), element("ul", {}, ...lines), button),
  );
}

function lineOf({ technicians, visits, promises, travel_minutes: travel }, ticked, choose) {
  const change = ({ target }) => choose(technicians, target.checked);
  const box = element("input", { type: "checkbox", checked: technicians.every(({ id }) => ticked.has(id)), onchange: change });
  const [first, ...others] = technicians;
  const told = [say("bundle_visits", { number: visits }), say("bundle_travel", { minutes: signed(travel) })];
  if (promises) told.push(say("bundle_promises", { number: promises }));
  return element(
    "li",
    {},
    element(
      "label",
      {},
      box,
      element("span", {}, element("b", {}, first.code), ` ${first.name}`),
      others.length > 0 && element("small", {}, say("bundle_with", { others: others.map(({ code }) => code).join(", ") })),
      element("small", { class: promises ? "rule" : "" }, told.join(" · ")),
    ),
  );
}
