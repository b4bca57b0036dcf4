// How a visit stands: what the server has told, and what was done since.

import { deeds } from "./kept.js";

const LEADS_TO = {
  "en-route": "en_route",
  arrive: "arrived",
  start: "started",
  complete: "completed",
  "could-not-complete": "could_not_complete",
};
const DECIDED = { accept: "accepted", refuse: "refused" };
const known = JSON.parse(document.getElementById("told").textContent).visits;

/** @typedef {import("./kept.js").Deed} Deed */
/**
 * @typedef {object} Standing
 * @property {string} state
 * @property {Point[]} points
 * @property {Map<string, boolean | number | string>} answers  by code
 * @property {{key: string, code: string, waits: boolean}[]} photos
 * @property {{name: string} | null} signature
 * @property {Made[]} offers  what was offered, with what became of it
 * @property {Proposal[]} proposals  what could be
 * @property {boolean} may_write  whether the customer can be written to
 */
/** @typedef {{code: string, text: string, kind: string, unit: string, lowest: number | null, highest: number | null,
 *   required: boolean}} Point */
/** @typedef {{id?: string, name: string, minor: number, recommended?: boolean}} Option  `minor` is what it costs */
/** @typedef {{id?: string, name: string, state: string, is_sent?: boolean, options: Option[]}} Made */
/** @typedef {{body: object, name: string, options: Option[]}} Proposal */

/** @param {string} visit @param {string} state  as the server has it @returns {Standing} */
export function standing(visit, state) {
  const { points = [], answers = {}, photos = [], ...rest } = known[visit] ?? {};
  const now = { signature: null, offers: [], proposals: [], may_write: false, ...rest, state, points };
  now.answers = new Map(Object.entries(answers));
  now.photos = photos.map((photo) => ({ ...photo, waits: false }));
  for (const deed of deeds()) if (deed.visit === visit && deed.refused === undefined) take(now, deed);
  return now;
}

/** The required points that nothing answers yet. @param {Standing} now */
export function open(now) {
  const shown = new Set(now.photos.map(({ code }) => code));
  return now.points.filter(({ code, required }) => required && !now.answers.has(code) && !shown.has(code));
}

/** The server has taken a deed: from now on it is known. @param {Deed} deed @param {any} answer */
export function learn(deed, answer) {
  const visit = (known[deed.visit] ??= {});
  if (deed.what === "answer") (visit.answers ??= {})[deed.code] = deed.body.value;
  else if (deed.what === "photo") (visit.photos ??= []).push({ key: deed.key, code: deed.code });
  else if (deed.what === "removal") visit.photos = without(visit.photos ?? [], deed.photo);
  else if (deed.what === "signature") visit.signature = { name: deed.body.name };
  else if (deed.what) learnOffer(visit, deed, answer);
}

/** @param {Standing} now @param {Deed} deed */
function take(now, deed) {
  switch (deed.what) {
    case "answer":
      if (deed.body.value === null) now.answers.delete(deed.code);
      else now.answers.set(deed.code, deed.body.value);
      break;
    case "photo":
      now.photos.push({ key: deed.key, code: deed.code, waits: true });
      break;
    case "removal":
      now.photos = without(now.photos, deed.photo);
      break;
    case "signature":
      now.signature = { name: deed.body.name };
      break;
    case "offer":
      now.proposals = now.proposals.filter(({ name }) => name !== deed.name);
      now.offers = [...now.offers, { name: deed.name, state: stateSaid(deed.body.said), options: [] }];
      break;
    case "decision":
      now.offers = now.offers.map((offer) => (offer.id === deed.offer ? { ...offer, state: DECIDED[deed.decision] } : offer));
      break;
    case "letter":
      now.offers = now.offers.map((offer) => (offer.id === deed.offer ? { ...offer, is_sent: true } : offer));
      break;
    default:
      now.state = LEADS_TO[deed.step];
  }
}

const without = (photos, key) => photos.filter((photo) => photo.key !== key);

/** What an offer is once the customer has said something, or nothing yet. */
function stateSaid(said) {
  if (!said) return "offered";
  return said.option === null ? "refused" : "accepted";
}

function learnOffer(visit, deed, answer) {
  const others = (visit.offers ?? []).filter(({ id }) => id !== answer.id);
  const before = (visit.offers ?? []).find(({ id }) => id === answer.id);
  const isSent = deed.what === "letter" || Boolean(deed.body?.send) || Boolean(before?.is_sent);
  const options = answer.options.map(({ id, name, total_minor: minor }) => ({ id, name, minor }));
  visit.offers = [...others, { id: answer.id, name: deed.name, state: answer.state, options, is_sent: isSent }];
  visit.proposals = (visit.proposals ?? []).filter(({ name }) => name !== deed.name);
}
