// The technician's page: what can be done next at each visit, what is told from there, and what waits to be sent.

import { say, words } from "./element.js";
import { add, deeds, drop, waiting } from "./kept.js";
import { goTo, markOpen, showOnSite } from "./onsite.js";
import { sharePlace, tellPlace } from "./place.js";
import { sendAll } from "./sending.js";
import { learn, open, standing } from "./standing.js";

const AGAIN_MS = 20_000;
/** The steps that a state has, the likely one first. */
const NEXT = {
  scheduled: ["en-route", "could-not-complete"],
  en_route: ["arrive", "could-not-complete"],
  arrived: ["start", "could-not-complete"],
  started: ["complete", "could-not-complete"],
};
/** These are asked back, for they end the visit, and only whoever leads does that; the field is what is written down
 * with them. */
const ASKED_BACK = { complete: "notes", "could-not-complete": "reason" };

const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const net = document.getElementById("net");
const dialog = document.getElementById("ask");
const reminded = new Set(); // visits that were to be completed while something was open

/** Every visit as it is now: the server's word, and what was done since. */
function show() {
  for (const card of document.querySelectorAll("[data-visit]")) showVisit(card);
}

function showVisit(card) {
  const now = standing(card.dataset.visit, card.dataset.state);
  const shown = card.querySelector(".state");
  shown.textContent = words.states[now.state];
  shown.className = `state ${now.state}`;
  card.querySelector(".next-steps").replaceChildren(...stepsOf(card, now).map((step) => button(card, step)));
  const refused = deeds().filter((one) => one.visit === card.dataset.visit && one.refused !== undefined);
  card.querySelector(".refused").replaceChildren(...refused.map(refusal));
  if (!isAlong(card)) showOnSite(card, now, (deed) => act(card, deed), (trouble) => warn(card, trouble));
  if (reminded.has(card.dataset.visit)) mark(card, open(now));
}

/** Whether somebody else leads: what is found, sold and done there is for that one to tell. */
function isAlong(card) {
  return "along" in card.dataset;
}

function stepsOf(card, now) {
  const steps = NEXT[now.state] ?? [];
  return isAlong(card) ? steps.filter((step) => !(step in ASKED_BACK)) : steps;
}

function button(card, step) {
  const made = document.createElement("button");
  made.textContent = words.steps[step];
  made.className = step === "could-not-complete" ? "plain" : "next";
  made.addEventListener("click", () => press(card, step));
  return made;
}

function press(card, step) {
  const missing = step === "complete" ? open(standing(card.dataset.visit, card.dataset.state)) : [];
  if (missing.length) refer(card, missing);
  else if (step in ASKED_BACK) ask(card, step);
  else take(card, step, {});
}

/** The visit cannot be completed yet: say what is open, go there, and keep saying it until nothing is. */
function refer(card, missing) {
  reminded.add(card.dataset.visit);
  mark(card, missing);
  goTo(card.dataset.visit, missing[0]);
}

function mark(card, missing) {
  markOpen(card.dataset.visit, missing);
  warn(card, missing.length ? say("still_open", { points: missing.map(({ text }) => text).join("; ") }) : "");
}

/** Say something on a card, or nothing any more. */
function warn(card, text) {
  const place = card.querySelector(".warning");
  place.textContent = text;
  place.hidden = !text;
}

function refusal(deed) {
  const made = document.createElement("p");
  made.className = "problem";
  const seen = document.createElement("button");
  seen.textContent = words.net.dismiss;
  seen.addEventListener("click", () => {
    drop(deed.key);
    location.reload();
  });
  made.append(`${words.net.refused} ${nameOf(deed)}: ${deed.refused} `, seen);
  return made;
}

function nameOf({ what, step, name }) {
  return name ?? (what ? say(what) : words.steps[step]);
}

function ask(card, step) {
  const field = dialog.querySelector("textarea");
  dialog.querySelector("h2").textContent = words.steps[step];
  field.value = "";
  field.required = step === "could-not-complete";
  field.maxLength = step === "could-not-complete" ? 240 : 4000;
  dialog.querySelector("label").dataset.for = step;
  dialog.onclose = () => {
    if (dialog.returnValue === "yes") take(card, step, said(ASKED_BACK[step], field.value.trim()));
  };
  dialog.returnValue = "";
  dialog.showModal();
}

function said(name, text) {
  return text ? { [name]: text } : {};
}

function take(card, step, more) {
  act(card, { step, body: { happened_at: new Date().toISOString(), ...more } });
  tellPlace(token, true);
}

/** Keep what was done, show it, and try to send it. */
function act(card, deed) {
  add({ key: crypto.randomUUID(), visit: card.dataset.visit, ...deed });
  show();
  send();
}

async function send() {
  const before = waiting().length;
  tell("sending");
  const outcome = await sendAll(token, heard);
  tell(outcome === "no_connection" ? "kept" : outcome);
  if (outcome === "sent" && before) fetch(location.href); // so that what is kept for later knows it too
}

/** What the server says once it has heard of a deed; nothing when it refused. */
function heard(deed, answer) {
  if (answer && !deed.what) document.querySelector(`[data-visit="${deed.visit}"]`)?.setAttribute("data-state", answer.state);
  if (answer) learn(deed, answer);
  tell("sending");
  show();
}

function tell(what) {
  const count = waiting().length;
  net.className = what;
  net.hidden = what !== "signed_out" && what !== "kept" && count === 0;
  net.textContent = count ? `${words.net[what]} ${count}` : words.net[what];
  if (what === "signed_out") net.append(" ", link("/sign-in"));
}

function link(address) {
  const made = document.createElement("a");
  made.href = made.textContent = address;
  return made;
}

/** Signing out empties the browser, so nobody does it by accident while something waits. */
function guardSignOut() {
  for (const form of document.querySelectorAll("form[action$='sign-out']")) {
    form.addEventListener("submit", (event) => {
      if (waiting().length && !confirm(words.net.leave)) event.preventDefault();
    });
  }
}

show();
guardSignOut();
sharePlace(token);
if (waiting().length) send();
addEventListener("online", () => send());
addEventListener("offline", () => tell("kept"));
setInterval(() => waiting().length && send(), AGAIN_MS);
navigator.serviceWorker?.register("/my-day-worker.js", { scope: "/my-day" });
