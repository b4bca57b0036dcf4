// The part of a visit's card that is for being there: checklist, photos, offers, signature.

import { checklist } from "./checklist.js";
import { element, say } from "./element.js";
import { offers } from "./offers.js";
import { keepPhoto } from "./photo_store.js";
import { camera, madeSmall, thumbnails } from "./photos.js";
import { sign } from "./signature.js";

const ON_SITE = ["arrived", "started"];
const panels = new Map();

/** @typedef {import("./standing.js").Point} Point */
/** @typedef {(deed: object, now?: Date) => void} Act  note what was done on a visit, without its key and the visit */

/**
 * Show a visit's panel while somebody is there.
 * @param {HTMLElement} card @param {import("./standing.js").Standing} now @param {Act} act
 * @param {(trouble: string) => void} warn
 */
export function showOnSite(card, now, act, warn) {
  const visit = card.dataset.visit;
  const place = card.querySelector(".on-site");
  place.hidden = !ON_SITE.includes(now.state);
  if (place.hidden) return;
  if (!panels.has(visit)) panels.set(visit, panel(visit, now, place, act, warn));
  for (const part of panels.get(visit).parts) part.update(now);
}

/** Mark the points of a visit that are still open. @param {string} visit @param {Point[]} missing */
export function markOpen(visit, missing) {
  panels.get(visit)?.list.mark(missing);
}

/** Go to where a point is answered. @param {string} visit @param {Point} point */
export function goTo(visit, point) {
  panels.get(visit)?.list.goTo(point);
}

function panel(visit, now, place, act, warn) {
  const told = tellers(act, warn);
  const list = checklist(visit, now.points, told);
  const parts = [list, gallery(visit, told), offers(visit, told), signing(told)];
  place.replaceChildren(...parts.map((part) => part.element));
  return { parts, list };
}

function tellers(act, warn) {
  return {
    answer: (code, value) => act({ what: "answer", code, body: { value, happened_at: moment() } }),
    photo: (code, file) => takePhoto(code, file, act).catch(() => warn(say("photo_trouble"))),
    remove: (photo) => confirm(say("remove_photo_sure")) && act({ what: "removal", photo }),
    signature: (signature) => act({ what: "signature", body: { ...signature, happened_at: moment() } }),
    offer: ({ name, body }, then) => act({ what: "offer", name, body: { ...body, ...then, happened_at: moment() } }),
    decide: ({ id, name }, decision, option) =>
      act({ what: "decision", offer: id, name, decision, body: { happened_at: moment(), ...(option ? { option_id: option.id } : {}) } }),
    write: ({ id, name }) => act({ what: "letter", offer: id, name }),
  };
}

/** The photo is kept before its deed is: whatever waits can be sent. */
async function takePhoto(code, file, act) {
  const key = crypto.randomUUID();
  await keepPhoto(key, await madeSmall(file));
  act({ what: "photo", key, code, taken_at: moment() });
}

function gallery(visit, told) {
  const shown = thumbnails(visit, told.remove);
  const take = camera(say("photos"), (file) => told.photo("", file));
  const made = element("section", { class: "photos" }, element("h3", {}, say("photos")), shown.element, take);
  return { element: made, update: ({ photos }) => shown.update(photos.filter(({ code }) => code === "")) };
}

function signing(told) {
  const state = element("p", {});
  const button = element("button", { type: "button", onclick: () => sign(told.signature) }, say("sign"));
  const made = element("section", { class: "signature" }, element("h3", {}, say("signature")), state, button);
  const update = ({ signature }) => (state.textContent = signature ? say("signed_by", { name: signature.name }) : "");
  return { element: made, update };
}

function moment() {
  return new Date().toISOString();
}
