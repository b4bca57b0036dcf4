/** The technicians' day, one row each: visits, travel, breaks, overtime, lateness, pins. EventCalendar draws it. */

import { mark } from "./day.js";
import { Sight } from "./sight.js";
import { clock, element, hours, LANGUAGE, ON, say, sayOne, wall } from "./words.js";

const SLOT_MIN = 30;
const SLOT_PX = 36; // at least
const LABELS_PX = 205;
const ROW_PX = 46;
const HEAD_PX = 62;
const MOST_HEIGHT = 0.55; // of the window
const SNAP = "00:05";
const COLOURS = 8; // of routes, as on the map
const LIST = document.getElementById("left-out");
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Timeline {
  /**
   * @param {HTMLElement} place
   * @param {import("./day.js").Focus} focus
   * @param {{over: Function, drop: Function}} hands what to do when a visit is dragged over a place, and dropped there
   */
  constructor(place, focus, hands) {
    this.place = place;
    this.focus = focus;
    this.hands = hands;
    this.calendar = null;
    this.carried = null; // the visit that is being dragged
    this.drawn = new Map(); // what the calendar has been given, as text, by the event's id
    this.sought = null; // the visit that takes the focus when it is drawn
    mark(focus, place);
    place.addEventListener("keydown", (event) => this.#walk(event));
    addEventListener("pointercancel", () => this.#letGo()); // the browser scrolls instead
    place.addEventListener("focusin", ({ target }) => focus.hover(target.closest("[data-visit]")?.dataset.visit ?? null));
  }

  /** @param {import("./day.js").Day} day */
  show(day) {
    this.day = day;
    if (this.calendar && this.rows !== day.technicians.size) this.#end();
    if (!this.calendar) return this.#begin(day);
    this.calendar.setOption("resources", resourcesOf(day));
    return this.#draw();
  }

  #end() {
    this.sight.end();
    this.drawn.clear();
    EventCalendar.destroy(this.calendar);
    this.calendar = null;
  }

  /** Hours and height follow from who works: with other people it begins anew. */
  #begin(day) {
    this.rows = day.technicians.size;
    const [first, last] = hoursOf(day);
    const slots = ((last - first) * 60) / SLOT_MIN;
    this.slotWidth = Math.max(SLOT_PX, Math.floor((this.place.clientWidth - LABELS_PX) / slots));
    this.place.style.height = `${Math.min(HEAD_PX + day.technicians.size * ROW_PX, innerHeight * MOST_HEIGHT)}px`;
    const span = { slotMinTime: { hours: first }, slotMaxTime: { hours: last }, slotWidth: this.slotWidth };
    this.calendar = EventCalendar.create(this.place, { ...this.#options(), ...span, resources: resourcesOf(day) });
    noTable(this.place);
    this.sight = new Sight(this.place.querySelector(".ec-main"), this.#heads(), () => this.#draw());
    this.#draw();
  }

  #heads() {
    return [...this.place.querySelectorAll(".ec-row-head")];
  }

  /**
   * Give the calendar the events of the rows in sight, and of those only what it does not have: it takes as long as
   * there are events times rows, and with those of a thousand visits nobody could drag one.
   */
  #draw() {
    const focused = this.#focused();
    const events = this.#technicians(focused).flatMap((technician) => eventsOf(this.day, technician));
    const wanted = new Map(events.map((event) => [event.id, JSON.stringify(event)]));
    for (const id of this.drawn.keys()) if (!wanted.has(id)) this.calendar.removeEventById(id);
    for (const event of events) {
      const former = this.drawn.get(event.id);
      if (former === wanted.get(event.id)) continue;
      if (former === undefined) this.calendar.addEvent(event);
      else this.calendar.updateEvent(event);
      if (event.id === focused) this.sought = focused; // it is another element then
    }
    this.drawn = wanted;
  }

  /** Those whose rows are in sight, and whoever has the visit with the focus. */
  #technicians(focused) {
    const held = this.day.stops.get(focused)?.technician;
    return this.day.board.technicians.filter((one, row) => one === held || this.sight.has(row));
  }

  #focused() {
    return this.place.contains(document.activeElement) ? (document.activeElement.dataset.visit ?? null) : null;
  }

  /** Which technician and clock time is under a point of the screen; null outside. */
  at(x, y) {
    const found = this.calendar?.dateFromPoint(x, y);
    return found?.resource ? { technician: found.resource.id, clock: clockOf(found.date) } : null;
  }

  /** Bring a visit into view, or its row where it is not drawn yet. */
  reveal(visitId) {
    const row = this.day.board.technicians.indexOf(this.day.stops.get(visitId)?.technician);
    const there = this.#elementOf(visitId) ?? this.#heads()[row];
    there?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #elementOf(visitId) {
    return this.place.querySelector(`[data-visit="${visitId}"]`);
  }

  #options() {
    return {
      view: "resourceTimelineDay",
      date: ON,
      timeZone: "UTC", // clocks of the company, whatever those of the browser
      locale: LANGUAGE,
      height: "100%",
      headerToolbar: { start: "", center: "", end: "" },
      dayHeaderFormat: () => "",
      slotDuration: { minutes: SLOT_MIN },
      slotLabelFormat: (at) => clockOf(at),
      eventTimeFormat: () => "", // which nobody sees, and which takes the browser a while
      snapDuration: SNAP,
      eventDurationEditable: false,
      resourceLabelContent: ({ resource }) => ({ domNodes: [labelOf(resource.extendedProps)] }),
      eventContent: ({ event }) => ({ domNodes: contentOf(event.extendedProps, this.slotWidth / (SLOT_MIN * 60)) }),
      eventClassNames: ({ event }) => event.extendedProps.classes ?? [],
      eventDidMount: ({ el, event }) => this.#dress(el, event),
      eventClick: ({ event }) => event.extendedProps.stop && this.focus.choose(event.id),
      eventMouseEnter: ({ event }) => event.extendedProps.stop && this.focus.hover(event.id),
      eventMouseLeave: () => this.focus.hover(null),
      dragConstraint: (move) => isOverList(move.jsEvent) || this.#dragged(move, this.hands.over),
      eventDragStart: ({ event }) => this.#carry(event.id),
      eventDragStop: ({ event, jsEvent }) => {
        this.#letGo();
        if (isOverList(jsEvent)) this.hands.drop(takenOff(event.id), jsEvent);
      },
      eventDrop: (move) => {
        move.revert();
        if (hasMoved(move) && !isOverList(move.jsEvent)) this.#dragged(move, this.hands.drop);
      },
    };
  }

  /** While a visit is dragged, the list of those left out takes it too. */
  #carry(visitId) {
    this.carried = visitId;
    this.focus.hold(visitId !== null);
    LIST.classList.toggle("receiving", visitId !== null);
    const listen = visitId === null ? "removeEventListener" : "addEventListener";
    document[listen]("pointermove", this.#hovering);
  }

  #letGo() {
    this.#carry(null);
    this.hands.over(null);
  }

  #hovering = (event) => {
    if (isOverList(event)) this.hands.over(takenOff(this.carried), event);
  };

  #dragged({ event, newResource, jsEvent }, hand) {
    const technician = newResource?.id ?? event.resourceIds[0];
    hand({ visit: event.id, technician, clock: clockOf(event.start) }, jsEvent);
    return true;
  }

  #dress(el, { id, extendedProps }) {
    if (!extendedProps.stop) return;
    el.dataset.visit = id;
    el.setAttribute("aria-label", sentenceOf(this.day, id));
    for (const what of ["hovered", "chosen"]) if (this.focus.all(what).includes(id)) el.classList.add(what);
    if (this.sought === id) this.#attend(el);
  }

  #attend(el) {
    this.sought = null;
    el.focus({ preventScroll: true });
  }

  #walk(event) {
    const from = event.target.closest("[data-visit]")?.dataset.visit;
    if (!from || !(event.key in ARROWS)) return;
    const to = this.day.neighbour(from, ...ARROWS[event.key]);
    if (to === null) return;
    event.preventDefault();
    this.reveal(to);
    const there = this.#elementOf(to);
    if (there) this.#attend(there);
    else this.sought = to;
  }
}

const takenOff = (visit) => ({ visit, technician: null, clock: null });

/** There is no event where the timeline scrolls under a pointer that rests. */
const isOverList = (event) => Boolean(event) && document.elementFromPoint(event.clientX, event.clientY)?.closest("#left-out") === LIST;

/** EventCalendar calls itself a table, but rows, headers and cells do not lie in one another: then better none. */
function noTable(place) {
  const roles = ["table", "rowgroup", "row", "rowheader", "columnheader", "cell"];
  for (const one of place.querySelectorAll(roles.map((role) => `[role=${role}]`).join(", "))) {
    for (const name of ["role", "aria-colindex", "aria-colspan", "aria-rowindex", "aria-rowspan"]) one.removeAttribute(name);
  }
  place.querySelector("time")?.removeAttribute("aria-label"); // which a <time> may not have
}

/** The calendar was told the company's clock, and hands out dates that show it wherever the browser is. */
const clockOf = (date) => [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");

function resourcesOf(day) {
  return day.board.technicians.map((technician, index) => ({ id: technician.id, extendedProps: { technician, colour: index % COLOURS } }));
}

/** The hours from the first that somebody works to the last; usual ones while nobody does. */
function hoursOf({ board }) {
  const spans = board.technicians.flatMap(({ shift, route }) => (route ? [shift, route] : [shift]));
  if (!spans.length) return [8, 18];
  const minutes = (at) => (Date.parse(`${wall(at)}Z`) - Date.parse(`${board.on}T00:00Z`)) / 60000;
  const first = Math.floor(Math.min(...spans.map((one) => minutes(one.starts_at))) / 60);
  const last = Math.ceil(Math.max(...spans.map((one) => minutes(one.ends_at))) / 60);
  return [Math.max(0, first), Math.max(last, first + 1)];
}

/** Whether a visit was let go elsewhere than where it was taken. */
const hasMoved = ({ newResource, event, oldEvent }) =>
  (newResource?.id ?? oldEvent.resourceIds[0]) !== oldEvent.resourceIds[0] || event.start.getTime() !== oldEvent.start.getTime();

function eventsOf(day, technician) {
  return [...backgroundOf(technician), ...technician.stops.map((stop, place) => visitEvent(day, technician, stop, place))];
}

function visitEvent(day, technician, stop, place) {
  const visit = day.visits.get(stop.visit_id);
  const classes = ["visit", `state-${visit.state}`, stop.late_minutes && "late", visit.pinned && "pinned"].filter(Boolean);
  const home = place === technician.stops.length - 1 ? homeward(technician, stop) : 0;
  return {
    id: visit.id,
    resourceIds: [technician.id],
    start: wall(stop.start_at),
    end: wall(stop.departure_at),
    startEditable: day.isMovable(visit.id),
    extendedProps: { visit, stop, home, classes, crew: crewOf(day, visit) },
  };
}

/** What somebody does in a crew, in words; of whoever goes alone nothing. */
function crewOf(day, visit) {
  if (visit.crew_size === 1) return "";
  const leader = day.leaderOf(visit);
  if (leader) return say("along_with", { technician: leader.code });
  return say(visit.role ? "along" : "leads", { number: visit.crew_size });
}

/** Seconds from the last stop to where the shift ends. */
const homeward = ({ route }, stop) =>
  route ? Math.max(0, (Date.parse(route.ends_at) - Date.parse(stop.departure_at)) / 1000) : 0;

function backgroundOf(technician) {
  const { id, shift, pause, route } = technician;
  const band = (name, starts, ends) => ({
    id: `${id}-${name}`,
    resourceIds: [id],
    display: "background",
    start: wall(starts),
    end: wall(ends),
    extendedProps: { classes: [name], title: say(name) },
  });
  const bands = [band("shift", shift.starts_at, shift.ends_at)];
  if (pause) bands.push(band("pause", pause.starts_at, pause.ends_at));
  if (technician.overtime_minutes && route) bands.push(band("overtime", shift.ends_at, route.ends_at));
  return bands;
}

function labelOf({ technician, colour }) {
  if (!technician) return new Text(); // a region without technicians: the calendar has a row all the same
  const load = technician.stops.length
    ? say("load", { visits: technician.stops.length, travel: hours(technician.travel_s) })
    : say("nothing_to_do");
  const over = technician.overtime_minutes ? say("over_by", { minutes: technician.overtime_minutes }) : null;
  return element(
    "span",
    { class: "who", title: technician.name },
    technician.stops.length > 0 && element("i", { class: `swatch c${colour}` }),
    element("b", {}, technician.code),
    ` ${technician.name}`,
    element("small", {}, load, over && element("b", { class: "over" }, ` ${over}`)),
  );
}

/** Travel is a thin line before the box, waiting the gap between them. */
function contentOf({ visit, stop, home, crew, title }, pxOfSecond) {
  if (!stop) return [element("span", { class: "unseen" }, title)];
  const wait = (Date.parse(stop.start_at) - Date.parse(stop.arrival_at)) / 1000;
  const nodes = [line("travel", stop.travel_s * pxOfSecond, wait * pxOfSecond)];
  if (home) nodes.push(line("travel home", home * pxOfSecond, 0));
  nodes.push(element("span", { class: "name" }, visit.service));
  if (stop.late_minutes) nodes.push(element("b", { class: "mark" }, `+${stop.late_minutes}`));
  if (crew) nodes.push(element("b", { class: visit.role ? "crew along" : "crew", "data-size": visit.crew_size }));
  return nodes;
}

function line(name, width, wait) {
  const made = element("i", { class: name, "aria-hidden": "true" });
  made.style.width = `${width}px`;
  made.style.setProperty("--wait", `${wait}px`);
  return made;
}

/** What a reader who cannot see the row is told of a visit. */
function sentenceOf(day, visitId) {
  const { stop, technician } = day.stops.get(visitId);
  const visit = day.visits.get(visitId);
  const parts = [
    `${clock(stop.start_at)}–${clock(stop.departure_at)}`,
    technician.code,
    visit.service,
    day.communityOf(visit),
    sayOne("state", visit.state),
    stop.late_minutes ? say("late_by", { minutes: stop.late_minutes }) : "",
    visit.pinned ? say("pinned") : "",
    crewOf(day, visit),
  ];
  return parts.filter(Boolean).join(", ");
}
