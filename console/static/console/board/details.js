/** The chosen visit: what it is, why it is there or nowhere, moving it without a mouse, and whose it is. */

import { ask } from "./api.js";
import { Customer } from "./customer.js";
import { moveForm } from "./moveform.js";
import { clock, dayOf, element, say, sayOne, span } from "./words.js";
import { whyOf } from "./why.js";

export class Details {
  /**
   * @param {HTMLElement} place
   * @param {import("./day.js").Focus} focus
   * @param {import("./moving.js").Moving} moving
   * @param {{tell: (text: string, isProblem?: boolean) => void, renew: () => void}} page
   */
  constructor(place, focus, moving, page) {
    this.place = place;
    this.focus = focus;
    this.moving = moving;
    this.customer = new Customer(page);
    this.known = null; // the assignment that was read last
    this.offered = null; // the visit whose alternatives are wanted
    this.isPast = false; // whether what is drawn was before a change that was made in here
    focus.addEventListener("chosen", () => this.#draw());
    place.addEventListener("keydown", ({ key }) => key === "Escape" && focus.choose(null));
  }

  /** @param {import("./day.js").Day} day */
  show(day) {
    this.day = day;
    if (this.focus.chosen && !day.visits.has(this.focus.chosen)) this.focus.choose(null);
    else if (this.isPast) this.#drawAnew();
    else if (!this.place.contains(document.activeElement)) this.#draw(); // never under somebody's fingers
  }

  /** The button that was pressed is gone: the focus goes to the top. */
  #drawAnew() {
    this.isPast = false;
    this.#draw();
    this.place.querySelector("h2 a")?.focus();
  }

  /** A visit cannot go where somebody wanted it: choose it, with what else could be done unfolded. */
  offer(visitId) {
    this.offered = visitId;
    if (this.focus.chosen === visitId) this.#draw();
    else this.focus.choose(visitId);
  }

  #draw() {
    const visit = this.day?.visits.get(this.focus.chosen);
    this.place.hidden = !visit;
    if (!visit) return;
    const isMovable = this.day.isMovable(visit.id);
    const { form, attempt } = isMovable ? moveForm(this.day, visit, this.moving) : { form: "", attempt: null };
    const why = element("div", { class: "reasons" }, this.#reason(visit));
    const whose = element("div", { class: "whose" });
    this.place.replaceChildren(this.#head(visit), this.#facts(visit), why, form, this.#pins(visit), this.#splitting(visit), whose);
    this.#explain(visit, why, whose, attempt);
  }

  /** Why, alternatives and customer: read for the version that is shown, once. */
  async #explain(visit, why, whose, attempt) {
    const path = `/visits/${visit.id}/assignment?version=${this.day.board.shown.id}`;
    try {
      if (this.known?.path !== path) this.known = { path, ...(await ask(path)) };
    } catch {
      return; // the reason, which the day has, stays
    }
    if (!why.isConnected || this.known.path !== path) return;
    const assignment = this.known.data;
    why.replaceChildren(...whyOf(assignment, attempt, this.offered === visit.id));
    whose.replaceChildren(...this.customer.of(assignment.request_id, this.day.board.may_plan, attempt !== null));
  }

  #head(visit) {
    const close = element("button", { type: "button", class: "plain", onclick: () => this.focus.choose(null) }, say("close"));
    const whole = element("a", { href: `/visits/${visit.id}` }, visit.service); // with what was told from there
    return element("div", { class: "head" }, element("h2", {}, whole, " ", element("small", {}, visit.number)), close);
  }

  #facts(visit) {
    const known = this.day.stops.get(visit.id);
    const window = visit.window_from_at ? `${clock(visit.window_from_at)}–${clock(visit.window_until_at)}` : say("any_time");
    const rows = [
      [say("where"), [this.day.communityOf(visit), visit.address].filter(Boolean).join(" · ")],
      [say("when"), known ? `${clock(known.stop.start_at)}–${clock(known.stop.departure_at)} · ${known.technician.code} ${known.technician.name}` : say("nobody")],
      ...(visit.crew_size > 1 ? [[say("crew"), this.#crew(visit)]] : []),
      [say("state"), sayOne("state", visit.state)],
      [say("window"), window],
      [say("asked"), say("age", { span: span(visit.requested_at, new Date().toISOString()) })],
      [say("target"), `${dayOf(visit.resolve_by)} ${clock(visit.resolve_by)}`],
    ];
    return element("dl", {}, ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  }

  /** Who leads and who goes along; of a crew that nobody makes, how many it takes. */
  #crew(visit) {
    const going = visit.crew.filter((one) => this.day.stops.has(one));
    if (!going.length) return say("takes", { number: visit.crew_size });
    const lines = going.map((one) => {
      const { code, name } = this.day.stops.get(one).technician;
      const technician = `${code} ${name}`;
      return element("li", {}, this.day.visits.get(one).role ? say("goes_along", { technician }) : say("who_leads", { technician }));
    });
    return element("ul", { class: "crew-of" }, ...lines);
  }

  /** What the day itself knows, until the rest is read. */
  #reason(visit) {
    const left = this.day.leftOut.get(visit.id);
    return left ? element("ul", { class: "why why-not" }, element("li", {}, left.why)) : "";
  }

  #pins(visit) {
    if (!this.day.isMovable(visit.id) || !this.day.stops.has(visit.id)) return "";
    if (visit.role) return element("small", { class: "soft" }, say("pin_leader"));
    const choices = [null, "technician", "time", "both"].map((pin) =>
      element("option", { value: pin ?? "", selected: pin === visit.pinned }, say(`pin_${pin ?? "nothing"}`)),
    );
    const chosen = ({ target }) => this.moving.pin(visit.id, target.value || null);
    return element("label", { class: "pin" }, say("pin"), element("select", { onchange: chosen }, ...choices));
  }

  #splitting(visit) {
    if (!this.day.isSplittable(visit)) return "";
    return element("button", { type: "button", onclick: () => this.#split(visit) }, say("split"));
  }

  /** Who looks at somebody who went along looks at whoever leads from then on. */
  async #split(visit) {
    const refused = await this.moving.split(visit.id);
    this.isPast = refused === null;
    if (this.isPast) this.focus.choose(visit.crew[0]);
  }
}
