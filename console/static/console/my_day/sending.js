// Sends what waits, one step after the other, as often as it takes.

import { drop, refuse, waiting } from "./kept.js";

const PATIENCE_MS = 15_000;

/** @typedef {"sent" | "no_connection" | "signed_out"} Outcome */

/**
 * Send every step that waits, in order. Only one tab does so at a time.
 * @param {string} token  CSRF
 * @param {(visit: {id: string, state: string} | null) => void} onAnswer  called after each step with the visit as the
 *   server has it now, or with nothing when it refused
 * @returns {Promise<Outcome>}
 */
export function sendAll(token, onAnswer) {
  return navigator.locks.request("linli-steps", async () => {
    for (const step of waiting()) {
      const outcome = await send(step, token, onAnswer);
      if (outcome !== "sent") return outcome;
    }
    return "sent";
  });
}

/** @returns {Promise<Outcome>} */
async function send(step, token, onAnswer) {
  const answer = await post(step, token).catch(() => null);
  if (answer === null || answer.status >= 500 || answer.status === 429) return "no_connection";
  if (answer.status === 401 || answer.status === 403) return "signed_out";
  if (answer.ok) drop(step.key);
  else refuse(step.key, await problem(answer));
  onAnswer(answer.ok ? await answer.json() : null);
  return "sent";
}

/** @param {import("./kept.js").Step} step @param {string} token */
function post(step, token) {
  return fetch(`/api/v1/visits/${step.visit}/${step.step}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": step.key, "X-CSRFToken": token },
    body: JSON.stringify(step.body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

/** @param {Response} answer  a problem of RFC 9457 */
async function problem(answer) {
  const said = await answer.json().catch(() => ({}));
  return said.detail ?? said.title ?? `HTTP ${answer.status}`;
}
