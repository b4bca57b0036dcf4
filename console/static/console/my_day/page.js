// The technician's page: buttons for the next step of each visit, and what waits to be sent.

import { add, drop, steps, waiting } from "./kept.js";
import { sendAll } from "./sending.js";

const AGAIN_MS = 20_000;
/** The steps that a state has, the likely one first. */
const NEXT = {
  scheduled: ["en-route", "could-not-complete"],
  en_route: ["arrive", "could-not-complete"],
  arrived: ["start", "could-not-complete"],
  started: ["complete", "could-not-complete"],
};
const LEADS_TO = {
  "en-route": "en_route",
  arrive: "arrived",
  start: "started",
  complete: "completed",
  "could-not-complete": "could_not_complete",
};
/** These are asked back, for they end the visit; the field is what is written down with them. */
const ASKED_BACK = { complete: "notes", "could-not-complete": "reason" };

const words = JSON.parse(document.getElementById("words").textContent);
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const net = document.getElementById("net");
const dialog = document.getElementById("ask");

/** Every visit with its steps as they are now: the server's, and those taken since. */
function show() {
  for (const card of document.querySelectorAll("[data-visit]")) showVisit(card);
}

function showVisit(card) {
  const mine = steps().filter((one) => one.visit === card.dataset.visit);
  const taken = mine.filter((one) => one.refused === undefined);
  const state = taken.length ? LEADS_TO[taken.at(-1).step] : card.dataset.state;
  const shown = card.querySelector(".state");
  shown.textContent = words.states[state];
  shown.className = `state ${state}`;
  card.querySelector(".next-steps").replaceChildren(...(NEXT[state] ?? []).map((step) => button(card, step)));
  card.querySelector(".refused").replaceChildren(...mine.filter((one) => one.refused).map(refusal));
}

function button(card, step) {
  const made = document.createElement("button");
  made.textContent = words.steps[step];
  made.className = step === "could-not-complete" ? "plain" : "next";
  made.addEventListener("click", () => (step in ASKED_BACK ? ask(card, step) : take(card, step, {})));
  return made;
}

function refusal(step) {
  const made = document.createElement("p");
  made.className = "problem";
  const seen = document.createElement("button");
  seen.textContent = words.net.dismiss;
  seen.addEventListener("click", () => {
    drop(step.key);
    location.reload();
  });
  made.append(`${words.net.refused} ${words.steps[step.step]}: ${step.refused} `, seen);
  return made;
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
  const body = { happened_at: new Date().toISOString(), ...more };
  add({ key: crypto.randomUUID(), visit: card.dataset.visit, step, body });
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

/** What the server says of a visit once it has heard of a step. */
function heard(visit) {
  if (visit) document.querySelector(`[data-visit="${visit.id}"]`)?.setAttribute("data-state", visit.state);
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
if (waiting().length) send();
addEventListener("online", () => send());
addEventListener("offline", () => tell("kept"));
setInterval(() => waiting().length && send(), AGAIN_MS);
navigator.serviceWorker?.register("/my-day-worker.js", { scope: "/my-day" });
