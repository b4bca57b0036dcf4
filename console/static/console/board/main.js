/** The board: the day is read, shown three ways, and read again whenever something of it has changed. */

import { ask } from "./api.js";
import { Day, Focus } from "./day.js";
import { Details } from "./details.js";
import { List } from "./list.js";
import { listen } from "./live.js";
import { Moving } from "./moving.js";
import { Planning } from "./plan.js";
import { Timeline } from "./timeline.js";
import { ON, REGION, say } from "./words.js";

const find = (selector) => document.querySelector(selector);
const TOLD_MS = 6000;
const AGAIN_MS = 3000;

const focus = new Focus();
const notice = find("#notice");
let day = null;
let tag = null;
let moment = null;
let version = null; // asked for by hand; null is whatever is current
let reading = Promise.resolve();
let next = null; // the reading after this one, where somebody waits for it

const moving = new Moving(find("#hint"), { day: () => day, tell, follow, offer: (visitId) => details.offer(visitId) });
const parts = [
  new List(find("#left-out"), focus),
  new Timeline(find("#timeline"), focus, { over: (move, event) => moving.over(move, event), drop: (move, event) => moving.drop(move, event) }),
  new Details(find("#details"), focus, moving, { tell, renew }),
];
const [, timeline, details] = parts;
const planning = new Planning(find("#planning"), { button: find("#plan"), tell, show });

/** Say what happened, to everybody who reads the page. */
function tell(text, isProblem = false) {
  notice.textContent = text;
  notice.classList.toggle("problem", isProblem);
  notice.hidden = false;
  clearTimeout(tell.timer);
  if (!isProblem) tell.timer = setTimeout(() => (notice.hidden = true), TOLD_MS);
}

function show(versionId) {
  version = versionId;
  tag = null;
  renew();
}

/** After a change by hand: whoever looked at a draft looks at the one it has become. */
function follow(versionId) {
  if (version && versionId) version = versionId;
  return renew();
}

/** Read the day again. One reading after the other; all who ask during one get the next. */
function renew() {
  next ??= reading.then(() => {
    next = null;
    reading = read().catch(miss);
    return reading;
  });
  return next;
}

/** The day did not come. Who sees none yet is told what to do, and it is asked for again without any news of it. */
function miss(refusal) {
  find(".board").classList.remove("reading");
  const said = refusal.status ? refusal.message : say("offline");
  tell(day ? said : `${said} ${say("not_read")}`, true);
  if (!day) setTimeout(renew, AGAIN_MS);
}

async function read() {
  const found = await ask(`/board?region=${REGION}&on=${ON}${version ? `&version=${version}` : ""}`, { known: tag });
  await moving.dropped; // what was asked for before somebody took a visit up
  if (found !== null) showDay(found);
  await planning.follow(moment, day);
  document.body.dataset.ready = "true";
}

function showDay({ data, tag: its }) {
  const isFirst = day === null;
  find(".board").classList.remove("reading");
  if (isFirst) notice.hidden = true; // that it had not come
  tag = its;
  day = new Day(data);
  moment = data.moment;
  focus.day = day;
  document.body.classList.toggle("nothing-planned", day.board.shown === null);
  find("#shown").textContent = day.board.shown
    ? say(day.board.shown.state === "draft" ? "shown_draft" : "shown_plan", { number: day.board.shown.number })
    : say("nothing_planned");
  for (const part of parts) part.show(day);
  edits();
  if (isFirst && day.visits.has(location.hash.slice(1))) focus.choose(location.hash.slice(1)); // whom a link leads to
}

/** Undo and redo, where the plan that is shown came about by hand. */
function edits() {
  const shown = day.board.shown;
  for (const [name, allowed] of [["undo", shown?.can_undo], ["redo", shown?.can_redo]]) {
    const one = find(`#${name}`);
    if (one) one.disabled = !allowed;
  }
}

/** Something is new: read the day again, unless only the progress of a plan is. */
async function hear(news) {
  await moving.rest();
  await reading; // which may have it already
  const changed = news.tag !== moment?.tag;
  const isRunning = ["queued", "solving"].includes(news.newest?.state);
  const other = day && (news.published_id !== moment?.published_id || news.newest?.id !== moment?.newest?.id);
  moment = news;
  if (version && other && news.newest?.id !== version) version = null;
  if (isRunning) await planning.follow(news, day);
  if (!day || (changed && (other || !isRunning))) await renew();
}

function draggedFromList() {
  const left = find("#left-out");
  let dragged = null;
  left.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-visit]")?.dataset.visit ?? null;
    event.dataTransfer.setData("text/plain", dragged);
  });
  left.addEventListener("dragend", () => {
    dragged = null;
    moving.over(null);
  });
  const target = find("#timeline");
  target.addEventListener("dragover", (event) => {
    const place = dragged && timeline.at(event.clientX, event.clientY);
    if (!place) return;
    event.preventDefault();
    moving.over({ visit: dragged, ...place }, event);
  });
  target.addEventListener("drop", (event) => {
    const place = dragged && timeline.at(event.clientX, event.clientY);
    if (!place) return;
    event.preventDefault();
    moving.drop({ visit: dragged, ...place }, event);
  });
}

function begin() {
  draggedFromList();
  focus.addEventListener("chosen", ({ detail }) => detail.visitId && timeline.reveal(detail.visitId));
  find("#undo")?.addEventListener("click", () => moving.undo());
  find("#redo")?.addEventListener("click", () => moving.redo());
  find("#region").addEventListener("change", ({ target }) => target.form.submit());
  renew();
  listen(hear, (answers) => {
    document.body.classList.toggle("offline", !answers);
    find("#offline").hidden = answers;
  });
  drawMap();
}

/** The map is the largest thing on the page, and comes when the rest is there. */
async function drawMap() {
  try {
    const { Chart } = await import("./map.js");
    const chart = new Chart(find("#map"), focus);
    parts.push(chart);
    find("#figure").addEventListener("change", ({ target }) => chart.paint(target.value, target.selectedOptions[0].dataset.unit).catch((error) => tell(error.message, true)));
    if (day) chart.show(day);
  } catch {
    find("#map").textContent = say("no_map"); // a browser without WebGL: the timeline and the list have it all
  }
}

if (REGION) begin();
