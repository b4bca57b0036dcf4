/** Asking for a plan, following it, and the new draft beside the current plan. */

import { ask } from "./api.js";
import { wordsOf } from "./moving.js";
import { bundlesOf } from "./bundles.js";
import { amount, clock, element, hours, ON, REGION, say, sayOne, signed, signedAmount, whole } from "./words.js";

const RUNNING = ["queued", "solving"];
const CURVE = { width: 240, height: 56 };

export class Planning {
  /**
   * @param {HTMLElement} place
   * @param {{button: HTMLButtonElement, tell: (text: string) => void, show: (versionId: string|null) => void}} page
   */
  constructor(place, page) {
    this.place = place;
    this.page = page;
    this.run = null; // the newest version, as last heard of
    this.compared = null;
    this.drawn = null; // what the comparison was drawn for
    this.ticked = new Set(); // technicians whose routes are to be accepted
    page.button?.addEventListener("click", () => this.#do(() => ask("/plans", { method: "POST", body: { region: REGION, on: ON } })));
  }

  /** @param {any} moment @param {import("./day.js").Day|null} day what the board shows */
  async follow(moment, day) {
    const run = moment.newest;
    const another = run?.id !== this.run?.id;
    const changed = another || run?.state !== this.run?.state || moment.plan_revision !== this.revision;
    this.run = run;
    this.revision = moment.plan_revision;
    const isRunning = RUNNING.includes(run?.state);
    if (this.page.button) this.page.button.disabled = isRunning;
    if (isRunning) this.#progress(run);
    else if (run?.state === "draft") await this.#draft(run, day, changed);
    else this.#none(run);
  }

  #none(run) {
    this.compared = this.drawn = null;
    this.place.hidden = run?.state !== "failed";
    this.place.replaceChildren(element("p", { class: "problem" }, say("failed")));
  }

  #progress(run) {
    this.place.hidden = false;
    if (!this.bar?.isConnected) this.#progressBegin(run);
    this.bar.value = run.progress;
    this.figure.textContent = run.minutes === null ? sayOne("plan", run.state) : say("cost", { minutes: whole(run.minutes), left: whole(run.left_out) });
    this.curve.setAttribute("d", curveOf(run.costs));
  }

  #progressBegin(run) {
    this.bar = element("progress", { max: 100, "aria-label": say("progress") });
    this.figure = element("p", { class: "cost", role: "status" });
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    picture.setAttribute("viewBox", `0 0 ${CURVE.width} ${CURVE.height}`);
    picture.setAttribute("class", "falling");
    picture.setAttribute("aria-hidden", "true");
    this.curve = picture.appendChild(document.createElementNS(picture.namespaceURI, "path"));
    const cancel = this.page.button && button(say("cancel"), () => this.#do(() => ask(`/plans/${run.id}/cancel`, { method: "POST" })));
    this.place.replaceChildren(element("h2", {}, say("planning", { number: run.number })), this.bar, picture, this.figure, cancel || "");
  }

  async #draft(run, day, changed) {
    this.place.hidden = false;
    if (changed || this.compared !== run.id) {
      const { data } = await ask(`/plans/${run.id}/changes`);
      if (this.run?.id !== run.id) return;
      this.compared = run.id;
      this.changes = data;
      this.ticked.clear();
    }
    const isShown = day?.board.shown?.id === run.id;
    const drawn = `${run.id} ${this.revision} ${isShown}`;
    if (drawn === this.drawn && this.place.hasChildNodes()) return; // never under somebody's fingers
    this.drawn = drawn;
    this.place.replaceChildren(...this.#comparison(run, isShown));
  }

  #comparison(run, isShown) {
    const { changes } = this;
    const buttons = this.page.button
      ? [
          button(say("publish"), () => this.#publish(run), "primary"),
          changes.against && button(say(isShown ? "show_current" : "show_draft"), () => this.page.show(isShown ? null : run.id)),
          button(say("discard"), () => this.#do(() => ask(`/plans/${run.id}/cancel`, { method: "POST" }))),
        ]
      : [];
    return [
      element("h2", {}, say("draft", { number: run.number })),
      element("div", { class: "buttons" }, ...buttons.filter(Boolean)),
      figuresOf(changes),
      this.page.button ? bundlesOf(changes.bundles, this.ticked, (technicians) => this.#accept(run, technicians)) : "",
      termsOf(changes),
      communitiesOf(changes),
      movesOf(changes),
    ];
  }

  #publish(run) {
    return this.#do(async () => {
      await ask(`/plans/${run.id}/publish`, { method: "POST", revision: this.revision });
      this.page.show(null);
      this.page.tell(say("published", { number: run.number }));
    });
  }

  /** Some of it; the rest is dropped. */
  #accept(run, technicians) {
    return this.#do(async () => {
      const { data } = await ask(`/plans/${run.id}/accept`, { method: "POST", body: { technicians }, revision: this.revision });
      this.page.show(null);
      this.page.tell(say("accepted", { number: data.number }));
    });
  }

  async #do(deed) {
    try {
      await deed();
    } catch (refusal) {
      this.page.tell(wordsOf(refusal), true);
    }
  }
}

function button(text, onclick, name = "") {
  return element("button", { type: "button", class: name, onclick }, text);
}

function curveOf(costs) {
  if (costs.length < 2) return "";
  const [most, least] = [Math.max(...costs), Math.min(...costs)];
  const x = (index) => (index / (costs.length - 1)) * CURVE.width;
  const y = (cost) => 3 + (1 - (cost - least) / (most - least || 1)) * (CURVE.height - 6);
  return `M${costs.map((cost, index) => `${x(index).toFixed(1)} ${y(cost).toFixed(1)}`).join("L")}`;
}

function figuresOf(changes) {
  const { against, version, travel_minutes: travel, minutes, other_technician: technician, other_time: time, promises, money, money_before: before } = changes;
  const rows = [
    ["visits", version.visits_assigned, against?.visits_assigned],
    ["left_out", version.visits_unassigned, against?.visits_unassigned],
  ].map(([name, after, before]) => row(say(name), whole(after), before === undefined ? "" : signed(after - before)));
  rows.push(
    row(say("travel"), hours(version.travel_s), against ? say("minutes", { minutes: signed(travel) }) : ""),
    row(say("total"), "", against ? say("minutes", { minutes: signed(minutes.total) }) : ""),
    row(say("other_technician"), whole(technician), ""),
    row(say("other_time"), whole(time), ""),
    row(say("promises"), whole(promises), ""),
    ...["visits", "driving", "upsell_added"].map((name) => moneyRow(say(`money_${name}`), money[`${name}_minor`], before?.[`${name}_minor`])),
  );
  return element("table", { class: "compared" }, element("tbody", {}, ...rows));
}

function moneyRow(name, after, before) {
  return row(name, amount(after), before === undefined ? "" : signedAmount(after - before));
}

function row(name, after, change) {
  return element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, after), element("td", {}, change));
}

function termsOf({ against, minutes }) {
  const terms = Object.entries(minutes).filter(([term]) => term !== "total");
  if (!against || !terms.length) return "";
  const inOrder = terms.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const items = inOrder.map(([term, change]) => row(sayOne("term", term), "", say("minutes", { minutes: signed(change) })));
  return folded(say("terms"), element("table", { class: "compared" }, element("tbody", {}, ...items)));
}

function communitiesOf({ communities }) {
  if (!communities.length) return "";
  const items = communities.map(({ name, visits }) => row(name, whole(visits), ""));
  return folded(say("communities", { number: communities.length }), element("table", { class: "compared" }, element("tbody", {}, ...items)));
}

function movesOf({ visits }) {
  if (!visits.length) return element("p", { class: "soft" }, say("nothing_moves"));
  const where = (place) => (place ? `${place.technician} ${clock(place.start_at)}` : say("nobody"));
  const items = visits.map((one) =>
    element("li", { class: one.breaks_promise ? "promised" : "" }, element("b", {}, one.number), ` ${where(one.before)} → ${where(one.after)}`),
  );
  return folded(say("moves", { number: visits.length }), element("ul", { class: "moves" }, ...items));
}

function folded(title, content) {
  return element("details", {}, element("summary", {}, title), content);
}
