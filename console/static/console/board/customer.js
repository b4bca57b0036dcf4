/** The customer of the chosen visit: what was before, what we wrote, writing again, and cancelling what was asked for. */

import { ask } from "./api.js";
import { clock, dayOf, element, say, sayOne } from "./words.js";

const MOST_CHARACTERS = 2000;

export class Customer {
  /** @param {{tell: (text: string, isProblem?: boolean) => void, renew: () => void}} page */
  constructor(page) {
    this.page = page;
    this.open = false; // whether somebody wants to see histories: of the next visit as well
  }

  /**
   * The history, read once it is opened, and the form that cancels.
   * @param {string} requestId @param {boolean} mayWrite @param {boolean} mayCancel
   */
  of(requestId, mayWrite, mayCancel) {
    const content = element("div", { class: "history" });
    const show = () => this.#show(content, requestId, mayWrite);
    const toggled = ({ target }) => {
      this.open = target.open;
      if (target.open && !content.hasChildNodes()) show();
    };
    return [
      element("details", { open: this.open, ontoggle: toggled }, element("summary", {}, say("customer")), content),
      mayCancel && this.#cancelling(requestId),
    ].filter(Boolean);
  }

  async #show(content, requestId, mayWrite) {
    try {
      const { data } = await ask(`/requests/${requestId}/history`);
      content.replaceChildren(...historyOf(data), mayWrite ? this.#writing(data, () => this.#show(content, requestId, mayWrite)) : "");
    } catch (refusal) {
      content.replaceChildren(element("p", { class: "rule" }, refusal.status ? refusal.message : say("offline")));
    }
  }

  #writing({ request_id: requestId, may_write: isReachable }, then) {
    if (!isReachable) return element("p", { class: "soft" }, say("unreachable"));
    const text = element("textarea", { name: "text", rows: 3, maxlength: MOST_CHARACTERS, required: true, "aria-label": say("message"), placeholder: say("message") });
    const send = (event) => {
      event.preventDefault();
      this.#do(() => ask(`/requests/${requestId}/messages`, { method: "POST", body: { text: text.value } }), say("written"), then);
    };
    return element("form", { class: "writing", onsubmit: send }, text, element("button", {}, say("write")));
  }

  #cancelling(requestId) {
    const reason = element("input", { name: "reason", maxlength: 240, required: true, "aria-label": say("cancel_why"), placeholder: say("cancel_why") });
    const cancel = (event) => {
      event.preventDefault();
      const body = { reason: reason.value };
      this.#do(() => ask(`/requests/${requestId}/cancel`, { method: "POST", body }), say("request_cancelled"), this.page.renew);
    };
    const form = element("form", { class: "cancelling", onsubmit: cancel }, reason, element("button", { class: "grave" }, say("cancel_now")));
    return element("details", {}, element("summary", {}, say("cancel_request")), element("p", { class: "soft" }, say("cancel_how")), form);
  }

  async #do(deed, done, then) {
    try {
      await deed();
      this.page.tell(done);
      then();
    } catch (refusal) {
      this.page.tell(refusal.status ? refusal.message : say("offline"), true);
    }
  }
}

function historyOf({ customer_name: name, phone, description, recoveries, visits, messages }) {
  return [
    element("p", {}, element("b", {}, name || say("nobody_known")), phone && " ", phone && element("a", { href: `tel:${phone.replace(/[^+\d]/g, "")}` }, phone)),
    description && element("p", {}, description),
    ...recoveries.map(({ cause, due_at: due }) => element("p", { class: "rule" }, say("owed", { cause: sayOne("cause", cause), due: dayOf(due) }))),
    visits.length > 0 && element("ul", { class: "past" }, ...visits.map(visitOf)),
    messages.length > 0 && element("ul", { class: "past" }, ...messages.map(messageOf)),
  ].filter(Boolean);
}

function visitOf({ service, state, technician, starts_at: at, said }) {
  const what = [at && dayOf(at), service, technician, sayOne("state", state)].filter(Boolean).join(" · ");
  const answer = said && [say("said", { csat: said.csat }), said.comment && `“${said.comment}”`].filter(Boolean).join(" ");
  return element("li", {}, what, answer && element("small", {}, answer));
}

function messageOf({ text, written_at: at, written_by: who, sent_at: sentAt }) {
  const when = [dayOf(at), clock(at), who, sentAt ? "" : say("not_sent_yet")].filter(Boolean).join(" · ");
  return element("li", {}, text, element("small", {}, when));
}
