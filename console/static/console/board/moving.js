/** Moving a visit: what it would do while it hovers, and the edit when it is dropped. */

import { ask, Refusal } from "./api.js";
import { element, say, sayOne, signed } from "./words.js";

const REST_FRAMES = 2; // a hand that is on its way is elsewhere by then, however long the browser takes for a frame

export class Moving {
  /**
   * @param {HTMLElement} hint the note that follows the pointer
   * @param {{day: () => import("./day.js").Day, tell: (text: string, isProblem?: boolean) => void, follow: (versionId: string|null) => void, offer: (visitId: string) => void}} page
   */
  constructor(hint, page) {
    this.hint = hint;
    this.page = page;
    this.wanted = null; // where the pointer is
    this.rested = null; // the same while it stays there, which is what is asked about
    this.asking = false;
    this.settled = Promise.resolve(); // when the last change has been answered
    this.dropped = Promise.resolve(); // when what is dragged has been let go
  }

  /** When nothing is dragged and no change is on its way: until then the page is not drawn anew under somebody's hand. */
  async rest() {
    await this.dropped;
    await this.settled;
  }

  /** A visit hovers there; null when the drag is over. */
  over(move, event) {
    if (!move) return this.#end();
    if (!this.wanted) this.dropped = new Promise((drop) => (this.letGo = drop));
    if (event) this.#follow(event); // none while the timeline scrolls under a pointer that rests
    if (same(move, this.wanted)) return undefined;
    this.wanted = move;
    this.rested = null;
    this.hint.ariaBusy = "true"; // what it says is of another place
    this.#whenRested(move, REST_FRAMES);
    return undefined;
  }

  /** A visit was dropped there: move it, or show what else could be done with it. */
  async drop(move, event) {
    if (event) this.#follow(event);
    this.#end();
    const refusal = await this.commit(move);
    if (refusal?.broken.length) this.page.offer(move.visit);
  }

  /** @returns {Promise<{allowed: boolean, broken: any[], minutes: any, promises: any[], moves: any[]}>} */
  async trial(move) {
    const { data } = await ask(`/plans/${this.page.day().board.shown.id}/trials`, { method: "POST", body: this.#body(move) });
    return data;
  }

  /** Make the move the plan's. @param {{visit: string, technician: string|null, clock: string|null, pin?: string|null}} move */
  commit(move) {
    return this.#plan("edits", this.#body(move), say("moved"));
  }

  /** Pin a visit to whom it is planned with, or when, or both; null lets it go. */
  pin(visitId, pin) {
    const version = this.page.day().board.shown.id;
    const path = `/visits/${visitId}/pin`;
    if (pin) return this.#do("PUT", path, { version, pin }, say("pinned_now"));
    return this.#do("DELETE", `${path}?version=${version}`, {}, say("unpinned_now"));
  }

  /** Let whoever leads a crew go alone. */
  split(visitId) {
    const version = this.page.day().board.shown.id;
    return this.#do("DELETE", `/visits/${visitId}/crew?version=${version}`, {}, say("split_now"));
  }

  undo() {
    return this.#plan("undo", {}, say("undone"));
  }

  redo() {
    return this.#plan("redo", {}, say("redone"));
  }

  #plan(what, body, done) {
    return this.#do("POST", `/plans/${this.page.day().board.shown.id}/${what}`, body, done);
  }

  #do(method, path, body, done) {
    this.settled = this.#change(method, path, body, done);
    return this.settled;
  }

  /** Whatever became of it, the page follows: to the version that was made, or to what others have made.
   * @returns {Promise<Refusal|null>} */
  async #change(method, path, body, done) {
    let made = null;
    let refused = null;
    try {
      const { data } = await ask(path, { method, body, revision: this.page.day().board.shown.plan_revision });
      made = data.id;
      this.page.tell(done);
    } catch (refusal) {
      refused = refusal;
      this.page.tell(wordsOf(refusal), true);
    }
    this.page.follow(made);
    return refused;
  }

  #body({ visit, technician, clock, pin = null, following = false }) {
    if (following) return { visit, technician, following };
    return { visit, technician, start_at: clock ? this.page.day().instant(clock) : null, before: null, pin };
  }

  /** Ask about a place once so many frames have been drawn and the pointer is there still. */
  #whenRested(move, frames) {
    requestAnimationFrame(() => {
      if (this.wanted !== move) return;
      if (frames) this.#whenRested(move, frames - 1);
      else this.#tryThere(move);
    });
  }

  /** One question at a time; where the pointer rests elsewhere by then, that place is asked about next. */
  async #tryThere(move) {
    this.rested = move;
    if (this.asking) return;
    this.asking = true;
    try {
      let asked = null;
      while (this.rested && !same(asked, this.rested)) {
        asked = this.rested;
        await this.#sayOf(asked);
      }
    } finally {
      this.asking = false;
    }
  }

  async #sayOf(asked) {
    const told = await this.trial(asked).then(consequences, (refusal) => [element("p", {}, wordsOf(refusal))]);
    if (this.wanted?.visit !== asked.visit) return; // it was let go meanwhile
    this.hint.replaceChildren(...told);
    this.hint.ariaBusy = String(!same(asked, this.wanted));
  }

  #follow({ clientX, clientY }) {
    this.hint.hidden = false;
    this.hint.style.translate = `${Math.min(clientX + 16, innerWidth - 280)}px ${Math.min(clientY + 16, innerHeight - 140)}px`;
  }

  #end() {
    this.wanted = this.rested = null;
    this.letGo?.();
    this.hint.hidden = true;
    this.hint.replaceChildren();
  }
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** What a refusal says, in the reader's language where it can. */
export function wordsOf(refusal) {
  if (!(refusal instanceof Refusal)) throw refusal;
  if (refusal.status === 412) return staleWords(refusal.problem);
  if (refusal.broken.length) return refusal.broken.map(({ text }) => text).join(" ");
  return refusal.status === 0 ? say("offline") : refusal.message;
}

/** Who was quicker, and what is elsewhere now; or that the plan has to be made anew. */
function staleWords({ changed, changes, changed_by: who, came }) {
  if (came) return say("came_since", { visits: came.join(", ") });
  if (!changed) return say("plan_again");
  const said = [who ? say("stale_by", { who }) : say("stale"), ...changed];
  if (changes > changed.length) said.push(say("and_more", { number: changes - changed.length }));
  return said.join(" ");
}

/** What a trial says, as elements: allowed or not, minutes, what moves, what was promised, which rules. */
export function consequences({ allowed, broken, minutes, moves, promises }) {
  const terms = Object.entries(minutes ?? {}).filter(([term, change]) => term !== "total" && change);
  const said = [
    element("p", { class: allowed ? "allowed" : "forbidden" }, say(allowed ? "allowed" : "forbidden")),
    ...broken.map(({ text }) => element("p", { class: "rule" }, text)),
  ];
  if (minutes) said.push(element("p", {}, element("b", {}, say("minutes", { minutes: signed(minutes.total) }))));
  const largest = terms.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, 3);
  if (largest.length) said.push(element("p", { class: "soft" }, largest.map(([term, change]) => `${sayOne("term", term)} ${signed(change)}`).join(" · ")));
  if (moves?.length > 1) said.push(element("p", { class: "soft" }, say("others_move", { number: moves.length - 1 })));
  return [...said, ...promises.map(({ text }) => element("p", { class: "rule" }, text))];
}
