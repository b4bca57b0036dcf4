/** The chosen visit: what it is, why it is there or nowhere, and moving it without a mouse. */

import { consequences } from "./moving.js";
import { clock, element, say, sayOne, span } from "./words.js";

export class Details {
  /**
   * @param {HTMLElement} place
   * @param {import("./day.js").Focus} focus
   * @param {import("./moving.js").Moving} moving
   */
  constructor(place, focus, moving) {
    this.place = place;
    this.focus = focus;
    this.moving = moving;
    focus.addEventListener("chosen", () => this.#draw());
    place.addEventListener("keydown", ({ key }) => key === "Escape" && focus.choose(null));
  }

  /** @param {import("./day.js").Day} day */
  show(day) {
    this.day = day;
    if (this.focus.chosen && !day.visits.has(this.focus.chosen)) this.focus.choose(null);
    else if (!this.place.contains(document.activeElement)) this.#draw(); // never under somebody's fingers
  }

  #draw() {
    const visit = this.day?.visits.get(this.focus.chosen);
    this.place.hidden = !visit;
    if (!visit) return;
    this.place.replaceChildren(this.#head(visit), this.#facts(visit), this.#why(visit), this.#form(visit), this.#pins(visit));
  }

  #head(visit) {
    const close = element("button", { type: "button", class: "plain", onclick: () => this.focus.choose(null) }, say("close"));
    return element("div", { class: "head" }, element("h2", {}, visit.service, " ", element("small", {}, visit.number)), close);
  }

  #facts(visit) {
    const known = this.day.stops.get(visit.id);
    const window = visit.window_from_at ? `${clock(visit.window_from_at)}–${clock(visit.window_until_at)}` : say("any_time");
    const rows = [
      [say("where"), [this.day.communityOf(visit), visit.address].filter(Boolean).join(" · ")],
      [say("when"), known ? `${clock(known.stop.start_at)}–${clock(known.stop.departure_at)} · ${known.technician.code} ${known.technician.name}` : say("nobody")],
      [say("state"), sayOne("state", visit.state)],
      [say("window"), window],
      [say("asked"), say("age", { span: span(visit.requested_at, new Date().toISOString()) })],
      [say("target"), `${visit.resolve_by.slice(0, 10)} ${clock(visit.resolve_by)}`],
    ];
    return element("dl", {}, ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  }

  #why(visit) {
    const left = this.day.leftOut.get(visit.id);
    if (!left) return "";
    return element("ul", { class: "why-not" }, ...[left.why, ...left.help].map((text) => element("li", {}, text)));
  }

  #pins(visit) {
    if (!this.day.isMovable(visit.id) || !this.day.stops.has(visit.id)) return "";
    const choices = [null, "technician", "time", "both"].map((pin) =>
      element("option", { value: pin ?? "", selected: pin === visit.pinned }, say(`pin_${pin ?? "nothing"}`)),
    );
    const chosen = ({ target }) => this.moving.pin(visit.id, target.value || null);
    return element("label", { class: "pin" }, say("pin"), element("select", { onchange: chosen }, ...choices));
  }

  #form(visit) {
    if (!this.day.isMovable(visit.id)) return "";
    const known = this.day.stops.get(visit.id);
    const choices = this.day.board.technicians.map(({ id, code, name }) =>
      element("option", { value: id, selected: id === known?.technician.id }, `${code} ${name}`),
    );
    const technician = element("select", { name: "technician" }, element("option", { value: "" }, say("nobody")), ...choices);
    const time = element("input", { type: "time", name: "clock", value: known ? clock(known.stop.start_at) : "" });
    const outcome = element("div", { class: "outcome-note", role: "status" });
    const move = () => ({ visit: visit.id, technician: technician.value || null, clock: technician.value ? time.value || null : null });
    const attempt = () => this.moving.trial(move()).then(
      (told) => outcome.replaceChildren(...consequences(told)),
      (refusal) => outcome.replaceChildren(refusal.message),
    );
    const commit = (event) => {
      event.preventDefault();
      this.moving.commit(move());
    };
    return element(
      "form",
      { class: "move", onsubmit: commit, onchange: attempt },
      element("label", {}, say("technician"), technician),
      element("label", {}, say("start"), time),
      element("button", {}, say("move")),
      outcome,
    );
  }
}
