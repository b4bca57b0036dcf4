// Where the technician is: told now and then during the own shift, if agreed to on this device. Only the last place is
// ever sent, and nothing is kept here: what could not be sent is forgotten.

const AGREED = "linli-place";
const EVERY_MS = 60_000;
const PATIENCE_MS = 20_000;

const told = JSON.parse(document.getElementById("told").textContent).place;
const box = document.getElementById("share-place");
let lastAt = 0;
let isRefused = false;

/** Begin, if the company wants to know and there is a shift. @param {string} token  CSRF */
export function sharePlace(token) {
  if (!box || !told || !navigator.geolocation) return;
  box.closest("p").hidden = false;
  box.checked = localStorage.getItem(AGREED) !== null;
  box.addEventListener("change", () => (box.checked ? agree(token) : stop(token)));
  setInterval(() => tellPlace(token), EVERY_MS);
  tellPlace(token);
}

/** Tell where we are, unless it was told within the minute; with a step in any case. */
export function tellPlace(token, isStep = false) {
  const now = Date.now();
  const isShift = told && Date.parse(told.from) <= now && now <= Date.parse(told.until);
  if (!isShift || isRefused || !localStorage.getItem(AGREED) || document.hidden) return;
  if (!isStep && now - lastAt < EVERY_MS - 1000) return;
  lastAt = now;
  navigator.geolocation.getCurrentPosition((seen) => send(seen, token), () => {}, { enableHighAccuracy: true, maximumAge: 30_000, timeout: PATIENCE_MS });
}

function agree(token) {
  localStorage.setItem(AGREED, "yes");
  lastAt = 0;
  tellPlace(token);
}

function stop(token) {
  localStorage.removeItem(AGREED);
  fetch("/api/v1/me/place", { method: "DELETE", headers: { "X-CSRFToken": token } }).catch(() => {}); // at midnight it goes anyway
}

/** @param {GeolocationPosition} seen */
async function send({ coords, timestamp }, token) {
  const body = { lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.min(coords.accuracy, 100_000), seen_at: new Date(timestamp).toISOString() };
  const answer = await fetch("/api/v1/me/place", {
    method: "PUT",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => null);
  isRefused = answer !== null && answer.status >= 400 && answer.status < 500; // not wanted any more: until the page is opened again
}
