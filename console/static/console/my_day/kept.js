// Steps that were taken and that the server has not heard of yet. They stay in the browser until it has.

const NAME = "linli-steps";

/**
 * @typedef {object} Step
 * @property {string} key  the Idempotency-Key: however often it is sent, it happens once
 * @property {string} visit
 * @property {string} step  as in the API: en-route, arrive, start, complete, could-not-complete
 * @property {{happened_at: string, notes?: string, reason?: string}} body
 * @property {string} [refused]  the server's own words, when it wants it no more
 */

/** @returns {Step[]} in the order in which they were taken */
export function steps() {
  return JSON.parse(localStorage.getItem(NAME) ?? "[]");
}

/** @param {Step} step */
export function add(step) {
  keep([...steps(), step]);
}

/** @param {string} key */
export function drop(key) {
  keep(steps().filter((one) => one.key !== key));
}

/** @param {string} key @param {string} words */
export function refuse(key, words) {
  keep(steps().map((one) => (one.key === key ? { ...one, refused: words } : one)));
}

/** Those that still want to be sent. */
export function waiting() {
  return steps().filter((one) => one.refused === undefined);
}

/** @param {Step[]} list */
function keep(list) {
  localStorage.setItem(NAME, JSON.stringify(list));
}
