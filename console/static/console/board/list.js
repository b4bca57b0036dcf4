/** The visits left out, most urgent first: why, and how old against the target. */

import { mark } from "./day.js";
import { element, say, span } from "./words.js";

export class List {
  /** @param {HTMLElement} place @param {import("./day.js").Focus} focus */
  constructor(place, focus) {
    this.items = place.querySelector("ul");
    this.count = place.querySelector(".count");
    this.empty = place.querySelector(".empty-note");
    this.focus = focus;
    mark(focus, place);
  }

  /** @param {import("./day.js").Day} day */
  show(day) {
    const now = new Date().toISOString();
    this.count.textContent = String(day.leftOut.size);
    this.empty.hidden = day.leftOut.size > 0 || day.board.shown === null;
    this.items.replaceChildren(...[...day.leftOut.values()].map((left) => this.#item(day, left, now)));
  }

  #item(day, left, now) {
    const visit = day.visits.get(left.visit_id);
    const overdue = Date.parse(visit.resolve_by) < Date.parse(now);
    const due = say(overdue ? "overdue" : "due_in", { span: span(now, visit.resolve_by) });
    const button = element(
      "button",
      {
        type: "button",
        class: overdue ? "left-out overdue" : "left-out",
        draggable: day.isMovable(visit.id) ? "true" : "false",
        "data-visit": visit.id,
        onclick: () => this.focus.choose(visit.id),
        onpointerenter: () => this.focus.hover(visit.id),
        onpointerleave: () => this.focus.hover(null),
        onfocus: () => this.focus.hover(visit.id),
        onblur: () => this.focus.hover(null),
      },
      element("span", { class: "what" }, visit.service, " ", element("small", {}, visit.number)),
      visit.crew_size > 1 && element("span", { class: "takes" }, say("takes", { number: visit.crew_size })),
      element("span", {}, [day.communityOf(visit), visit.address].filter(Boolean).join(" · ")),
      element("span", { class: "reason" }, left.why),
      element("small", { class: "age" }, `${say("age", { span: span(visit.requested_at, now) })} · ${due}`),
    );
    return element("li", {}, button);
  }
}
