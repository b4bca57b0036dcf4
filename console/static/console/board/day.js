/** A region's day as the API gives it, with its rows found by their ids; and what of it is looked at. */

export class Day {
  /** @param {any} board what GET /board answers */
  constructor(board) {
    this.board = board;
    this.visits = new Map(board.visits.map((visit) => [visit.id, visit]));
    this.technicians = new Map(board.technicians.map((technician) => [technician.id, technician]));
    this.communities = new Map(board.communities.map((community) => [community.id, community.name]));
    const wanted = board.left_out.filter((left) => this.visits.get(left.visit_id).state !== "cancelled");
    this.leftOut = new Map(wanted.map((left) => [left.visit_id, left]));
    this.stops = new Map();
    for (const technician of board.technicians) {
      technician.stops.forEach((stop, place) => this.stops.set(stop.visit_id, { stop, technician, place }));
    }
  }

  get mayEdit() {
    return this.board.may_plan && this.board.shown !== null;
  }

  /** Whether a visit can still be moved: nobody has set off to it. */
  isMovable(visitId) {
    return this.mayEdit && ["unscheduled", "scheduled"].includes(this.visits.get(visitId).state);
  }

  /** The visits of all who go there together, by role; of a single technician's that one alone. */
  together(visitId) {
    const crew = this.visits.get(visitId)?.crew ?? [];
    return crew.length ? crew : [visitId];
  }

  /** Who leads the crew of a visit; null for whoever leads, or goes alone. */
  leaderOf({ role, crew }) {
    return role && this.visits.get(crew[0])?.role === 0 ? (this.stops.get(crew[0])?.technician ?? null) : null;
  }

  /** Whether it is a crew's that can still be split: nobody of it has set off. */
  isSplittable(visit) {
    return visit.crew_size > 1 && this.together(visit.id).every((one) => this.isMovable(one));
  }

  communityOf(visit) {
    return this.communities.get(visit.community_id) ?? "";
  }

  /** A clock time of this day, as an instant with the company's offset. */
  instant(clockTime) {
    return `${this.board.on}T${clockTime}:00${this.board.day.starts_at.slice(19)}`;
  }

  /** The visit before or after one in its route, or of the technician above or below at about the same time. */
  neighbour(visitId, along, across) {
    const known = this.stops.get(visitId);
    if (!known) return null;
    if (along) return known.technician.stops[known.place + along]?.visit_id ?? null;
    const working = this.board.technicians.filter((technician) => technician.stops.length);
    const other = working[working.indexOf(known.technician) + across];
    if (!other) return null;
    const gap = (stop) => Math.abs(Date.parse(stop.start_at) - Date.parse(known.stop.start_at));
    return other.stops.reduce((best, stop) => (gap(stop) < gap(best) ? stop : best)).visit_id;
  }
}

/** What is pointed at and what is chosen; every part of the page tells it, and listens. */
export class Focus extends EventTarget {
  hovered = null;
  chosen = null;
  held = false;
  day = null;

  /** The visits that are shown as pointed at, or chosen: with one of a crew all of it. @param {"hovered"|"chosen"} what */
  all(what) {
    if (this[what] === null) return [];
    return this.day?.together(this[what]) ?? [this[what]];
  }

  /** @param {string|null} visitId */
  hover(visitId) {
    if (!this.held) this.#change("hovered", visitId);
  }

  /** While a visit is dragged it stays the one that is pointed at: list and map would be drawn anew for each it passes. */
  hold(held) {
    this.held = held;
    if (!held) this.hover(null);
  }

  /** @param {string|null} visitId */
  choose(visitId) {
    this.#change("chosen", visitId);
  }

  #change(what, visitId) {
    if (this[what] === visitId) return;
    const former = this[what];
    this[what] = visitId;
    this.dispatchEvent(new CustomEvent(what, { detail: { former, visitId } }));
  }
}

/** Let the elements of a visit, and of its crew's others, carry a class while it is pointed at, another while it is chosen. */
export function mark(focus, container) {
  const of = (visitId) => container.querySelectorAll(`[data-visit="${visitId}"]`);
  for (const what of ["hovered", "chosen"]) {
    focus.addEventListener(what, () => {
      for (const one of container.querySelectorAll(`.${what}`)) one.classList.remove(what);
      for (const one of focus.all(what).flatMap((visitId) => [...of(visitId)])) one.classList.add(what);
    });
  }
}
