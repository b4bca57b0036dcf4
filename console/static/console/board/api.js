/** Calls of the API as the person who is signed in. */

const ROOT = "/api/v1";

/** A refusal in words (RFC 9457), or no answer at all (status 0). */
export class Refusal extends Error {
  /** @param {number} status @param {{title?: string, detail?: string, broken?: {text: string}[], changed?: string[]}} problem */
  constructor(status, problem) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.broken = problem.broken ?? [];
    this.problem = problem;
  }
}

/**
 * Ask the API. Raises Refusal.
 * @param {string} path
 * @param {{method?: string, body?: object, revision?: number|null, known?: string|null}} [options] `revision` is the
 *   plan's that was seen, `known` the ETag of what is here already
 * @returns {Promise<{data: any, tag: string|null}|null>} null where what is known still holds
 */
export async function ask(path, { method = "GET", body, revision, known } = {}) {
  const response = await fetch(`${ROOT}${path}`, {
    method,
    headers: headersOf(method, revision, known),
    body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
  }).catch((error) => {
    throw new Refusal(0, { title: String(error) });
  });
  if (response.status === 304) return null;
  const data = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, data);
  return { data, tag: response.headers.get("ETag") };
}

function headersOf(method, revision, known) {
  const headers = {}; // no language, which is in a cookie: a request with headers is not the one that the page preloads
  if (known) headers["If-None-Match"] = known;
  if (method === "GET") return headers;
  headers["Content-Type"] = "application/json";
  headers["X-CSRFToken"] = document.querySelector("[name=csrfmiddlewaretoken]").value;
  headers["Idempotency-Key"] = freshKey();
  if (revision != null) headers["If-Match"] = `"r${revision}"`;
  return headers;
}

/** crypto.randomUUID is for https alone; a trial on a local network has none. */
function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
