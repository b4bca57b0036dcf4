// Sends what waits, one deed after the other, as often as it takes.

import { drop, refuse, waiting } from "./kept.js";
import { photoOf } from "./photo_store.js";

const PATIENCE_MS = 15_000;
const PHOTO_PATIENCE_MS = 60_000;
const TO_SIGN_IN = ["/problems/csrf-failed", "/problems/codes-not-set-up"]; // what signing in again mends
const IN_FLIGHT = "/problems/idempotency-key-in-flight"; // the same, sent before, is still being done: ask again later
/** Where each kind of deed goes; its own body goes with it. */
const CALLS = {
  step: (deed) => ["POST", `visits/${deed.visit}/${deed.step}`],
  answer: (deed) => ["PUT", `visits/${deed.visit}/answers/${deed.code}`],
  photo: (deed) => ["PUT", `visits/${deed.visit}/photos/${deed.key}?${new URLSearchParams({ point: deed.code, taken_at: deed.taken_at })}`],
  removal: (deed) => ["DELETE", `visits/${deed.visit}/photos/${deed.photo}`],
  signature: (deed) => ["PUT", `visits/${deed.visit}/signature`],
  offer: (deed) => ["POST", `visits/${deed.visit}/offers`],
  decision: (deed) => ["POST", `offers/${deed.offer}/${deed.decision}`],
  letter: (deed) => ["POST", `offers/${deed.offer}/send`],
};

/** @typedef {import("./kept.js").Deed} Deed */
/** @typedef {"sent" | "no_connection" | "signed_out"} Outcome */

/**
 * Send every deed that waits, in order. Only one tab does so at a time.
 * @param {string} token  CSRF
 * @param {(deed: Deed, answer: any) => void} onAnswer  called after each with what the server said, or with null when it
 *   refused
 * @returns {Promise<Outcome>}
 */
export function sendAll(token, onAnswer) {
  return navigator.locks.request("linli-steps", async () => {
    for (let deed = waiting()[0]; deed; deed = waiting()[0]) {
      const outcome = await send(deed, token, onAnswer);
      if (outcome !== "sent") return outcome;
    }
    return "sent";
  });
}

/** @returns {Promise<Outcome>} */
async function send(deed, token, onAnswer) {
  const answer = await call(deed, token).catch(() => null);
  if (answer === null || answer.status >= 500 || answer.status === 429) return "no_connection";
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 401 || TO_SIGN_IN.includes(said.type)) return "signed_out";
  if (said.type === IN_FLIGHT) return "no_connection";
  if (answer.ok) drop(deed.key);
  else refuse(deed.key, said.detail ?? said.title ?? `HTTP ${answer.status}`);
  onAnswer(deed, answer.ok ? said : null);
  return "sent";
}

/** @param {Deed} deed @param {string} token */
async function call(deed, token) {
  const [method, path] = CALLS[deed.what ?? "step"](deed);
  const photo = deed.what === "photo" ? await photoOf(deed.key) : null;
  return fetch(`/api/v1/${path}`, {
    method,
    headers: {
      "Accept-Language": document.documentElement.lang,
      "Content-Type": photo ? photo.type : "application/json",
      "Idempotency-Key": deed.key,
      "X-CSRFToken": token,
    },
    body: photo ?? JSON.stringify(deed.body ?? {}),
    signal: AbortSignal.timeout(photo ? PHOTO_PATIENCE_MS : PATIENCE_MS),
  });
}
