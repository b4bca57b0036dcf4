// What was done and the server has not heard of yet. It stays in the browser until it has, in the order of doing.

import { forgetPhoto } from "./photo_store.js";

const NAME = "linli-steps";

/**
 * Something done. What is not a step says so in `what`; steps of older pages do not.
 * @typedef {object} Deed
 * @property {string} key  the Idempotency-Key, or a photo's own: however often it is sent, it happens once
 * @property {string} visit
 * @property {"step" | "answer" | "photo" | "removal" | "signature" | "offer" | "decision" | "letter"} [what]
 * @property {string} [step]  as in the API: en-route, arrive, start, complete, could-not-complete
 * @property {string} [code]  of the point that an answer or a photo is about
 * @property {string} [offer]  the offer that is decided on, or written about
 * @property {string} [decision]  accept or refuse
 * @property {string} [name]  what is offered, for people
 * @property {string} [taken_at]  a photo's
 * @property {string} [photo]  the key of the one that is removed
 * @property {Record<string, any>} [body]  what is sent
 * @property {string} [refused]  the server's own words, when it wants it no more
 */

/** @returns {Deed[]} */
export function deeds() {
  return JSON.parse(localStorage.getItem(NAME) ?? "[]");
}

/** An answer takes the place of one to the same point that still waits. @param {Deed} deed */
export function add(deed) {
  const others = deeds().filter((one) => !(deed.what === "answer" && isSamePoint(one, deed)));
  keep([...others, deed]);
}

/** @param {string} key */
export function drop(key) {
  const dropped = deeds().find((one) => one.key === key);
  keep(deeds().filter((one) => one.key !== key));
  if (dropped?.what === "photo") forgetPhoto(key);
}

/** @param {string} key @param {string} words */
export function refuse(key, words) {
  keep(deeds().map((one) => (one.key === key ? { ...one, refused: words } : one)));
}

/** Those that still want to be sent. */
export function waiting() {
  return deeds().filter((one) => one.refused === undefined);
}

/** @param {Deed} one @param {Deed} other */
function isSamePoint(one, other) {
  return one.what === "answer" && one.visit === other.visit && one.code === other.code;
}

/** @param {Deed[]} list */
function keep(list) {
  localStorage.setItem(NAME, JSON.stringify(list));
}
