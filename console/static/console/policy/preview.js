/** Follow a preview until it is done: ask how far it is, draw it, and show the page anew at the end. */

import { ask } from "../board/api.js";

const EVERY_MS = 1000;
const RUNNING = ["queued", "solving"];

const place = document.getElementById("running");
const bar = place.querySelector("progress");
const offline = document.getElementById("offline");

async function follow() {
  try {
    const { data } = await ask(`/policies/previews/${place.dataset.preview}`);
    offline.hidden = true;
    if (!RUNNING.includes(data.state)) return location.reload();
    bar.value = data.progress;
  } catch (refusal) {
    if (refusal.status) return location.reload(); // not ours to see any more: the page says why
    offline.hidden = false;
  }
  setTimeout(follow, EVERY_MS);
}

follow();
