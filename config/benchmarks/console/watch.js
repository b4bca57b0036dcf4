/** Put into the page before its own scripts: notes when something has been painted, by the page's own clock. */
(() => {
  const PATIENCE_MS = 60_000;
  const trial = { asked: 0, took: 0 }; // the one that was answered last

  /** Tell the time once the frame that comes next is painted. */
  function painted(tell) {
    requestAnimationFrame(() => {
      const channel = new MessageChannel(); // its message comes after the frame
      channel.port1.onmessage = () => tell(performance.now());
      channel.port2.postMessage(null);
    });
  }

  /** What the page tells at the moment: its notice, and the note that follows a pointer. */
  const said = () => ["#notice", "#hint"].map((one) => document.querySelector(one)?.outerHTML).join(" ");

  /** A promise that is broken when what it waits for does not come. */
  const awaited = (what, come) =>
    new Promise((tell, fail) => {
      setTimeout(() => fail(new Error(`${what} never came; the page says: ${said()}`)), PATIENCE_MS);
      come(tell);
    });

  const watched = {
    longest: 0,

    /** When the first element that matches has been painted: milliseconds since the navigation began. */
    seen(selector) {
      return awaited(selector, (tell) => {
        const look = () => {
          if (!document.querySelector(selector)) return;
          observer.disconnect();
          painted(tell);
        };
        const observer = new MutationObserver(look);
        observer.observe(document, { subtree: true, childList: true, attributes: true });
        look();
      });
    },

    /** The middle of the first element that matches, on the screen. */
    middle(selector) {
      const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    },

    /**
     * The sentence about the place that the pointer comes to next: milliseconds from the pointer's event until it has
     * been painted, and how long the server took of it. What is said of another place is another sentence.
     */
    sentence(x, y) {
      let pointed = Infinity;
      const note = (event) => {
        if (event.clientX === x && event.clientY === y && pointed === Infinity) pointed = event.timeStamp;
      };
      addEventListener("pointermove", note, true);
      const hint = document.querySelector("#hint");
      watched.told = awaited("a dragged visit's sentence", (tell) => {
        const observer = new MutationObserver(() => {
          if (trial.asked < pointed || !hint.textContent || hint.ariaBusy === "true") return;
          observer.disconnect();
          removeEventListener("pointermove", note, true);
          painted((at) => tell([at - pointed, trial.took]));
        });
        observer.observe(hint, { childList: true });
      });
    },

    /**
     * Until an element has another text, painted: milliseconds from the next time that the button is let go. The page may
     * say the same once more before: a reading that was asked for during the drag is shown when it is over.
     */
    next(selector) {
      let released = Infinity;
      addEventListener("pointerup", (event) => (released = event.timeStamp), { capture: true, once: true });
      const element = document.querySelector(selector);
      const former = element.textContent;
      watched.came = awaited(`another text of ${selector}`, (tell) => {
        const observer = new MutationObserver(() => {
          if (element.textContent === former) return;
          observer.disconnect();
          painted((at) => tell(at - released));
        });
        observer.observe(element, { childList: true });
      });
    },

    /** What is free of the timeline on the screen, less an edge, and the visits there that can be dragged. */
    sight(edge = 0) {
      const box = (part) => document.querySelector(`#timeline ${part}`).getBoundingClientRect();
      const [main, grid] = [box(".ec-main"), box(".ec-body .ec-grid")];
      const free = {
        left: box(".ec-sidebar").right + edge,
        top: box(".ec-header").bottom + edge,
        right: Math.min(main.right, grid.right) - edge,
        bottom: Math.min(main.bottom, grid.bottom, innerHeight) - edge,
      };
      const visits = [...document.querySelectorAll("#timeline .ec-draggable[data-visit]")].map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return { id: one.dataset.visit, x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
      });
      const isSeen = ({ id, x, y }) =>
        x > free.left && x < free.right && y > free.top && y < free.bottom &&
        document.elementFromPoint(x, y)?.closest("[data-visit]")?.dataset.visit === id;
      return { ...free, visits: visits.filter(isSeen) };
    },

    /** Scroll the timeline to a share of its height. */
    scroll(share) {
      const main = document.querySelector("#timeline .ec-main");
      main.scrollTop = share * (main.scrollHeight - main.clientHeight);
    },

    /** The state that each visit on the timeline is shown in. */
    states() {
      const shown = [...document.querySelectorAll("#timeline [data-visit]")];
      return Object.fromEntries(shown.map((one) => [one.dataset.visit, /state-(\w+)/.exec(one.className)[1]]));
    },

    /** Milliseconds for an answer of the API with next to nothing in it. */
    async empty() {
      const begun = performance.now();
      await (await fetched("/api/v1/me")).text();
      return performance.now() - begun;
    },
  };
  window.watched = watched;

  const fetched = window.fetch.bind(window);
  window.fetch = async (address, options) => {
    const asked = performance.now();
    const answer = await fetched(address, options);
    if (String(address).endsWith("/trials")) Object.assign(trial, { asked, took: performance.now() - asked });
    return answer;
  };

  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.longest = Math.max(watched.longest, duration);
  }).observe({ type: "longtask", buffered: true });
})();
