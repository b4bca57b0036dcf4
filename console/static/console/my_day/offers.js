// What can be offered on a visit, and what was: the customer says so here, or gets a letter.

import { element, money, say } from "./element.js";

/**
 * @param {string} visit
 * @param {{offer: (proposal: any, then: object) => void, decide: (offer: any, decision: string, option?: any) => void, write: (offer: any) => void}} tell
 */
export function offers(visit, tell) {
  const list = element("div", {});
  const made = element("section", { class: "offers" }, element("h3", {}, say("offers")), list);
  let drawn = "";
  /** @param {import("./standing.js").Standing} now */
  const update = (now) => {
    const told = JSON.stringify([now.offers, now.proposals, now.may_write]);
    if (told === drawn) return; // what is unfolded stays so
    drawn = told;
    made.hidden = !now.offers.length && !now.proposals.length;
    list.replaceChildren(
      ...now.offers.map((offer) => standingOffer(visit, offer, now.may_write, tell)),
      ...now.proposals.map((proposal) => proposed(visit, proposal, now.may_write, tell)),
    );
  };
  return { element: made, update };
}

function proposed(visit, proposal, mayWrite, tell) {
  const { options } = proposal;
  const choice = choices(`${visit}-${proposal.name}`, options);
  const place = () => choice.chosen() + 1;
  const accept = () => tell.offer(proposal, { said: { option: place(), told_minor: options[place() - 1].minor } });
  const buttons = [
    button("accepted_here", accept),
    mayWrite ? button("send_offer", () => tell.offer(proposal, { send: true })) : "",
    button("not_wanted", () => tell.offer(proposal, { said: { option: null } })),
  ];
  const prices = options.map(({ minor }) => money(minor)).join(" · ");
  return element("details", {}, element("summary", {}, proposal.name, " ", element("small", {}, prices)), choice.element, element("p", { class: "choices" }, ...buttons));
}

function standingOffer(visit, offer, mayWrite, tell) {
  const state = element("small", { class: offer.state }, say(offer.is_sent && offer.state === "offered" ? "offer_sent" : `offer_${offer.state}`));
  if (offer.state !== "offered" || !offer.id) return element("p", {}, offer.name, " ", state);
  const choice = choices(`${visit}-${offer.id}`, offer.options);
  const buttons = [
    button("accepted_here", () => tell.decide(offer, "accept", offer.options[choice.chosen()])),
    mayWrite && !offer.is_sent ? button("send_offer", () => tell.write(offer)) : "",
    button("not_wanted", () => tell.decide(offer, "refuse")),
  ];
  return element("details", {}, element("summary", {}, offer.name, " ", state), choice.element, element("p", { class: "choices" }, ...buttons));
}

/** The options, one of them chosen: the recommended one, else the first. A single one is no choice. */
function choices(name, options) {
  if (options.length === 1) return { element: "", chosen: () => 0 };
  const first = Math.max(0, options.findIndex(({ recommended }) => recommended));
  const inputs = options.map((_, place) => element("input", { type: "radio", name, checked: place === first }));
  const labels = options.map(({ name: text, minor, recommended }, place) =>
    element("label", {}, inputs[place], ` ${text} `, element("small", {}, money(minor), recommended ? ` · ${say("recommended")}` : "")),
  );
  return { element: element("div", { class: "ways-of-it" }, ...labels), chosen: () => inputs.findIndex(({ checked }) => checked) };
}

function button(name, onclick) {
  return element("button", { type: "button", onclick }, say(name));
}
