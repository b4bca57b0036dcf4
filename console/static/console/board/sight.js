/** Which elements of a list are in sight of what scrolls them, or so near that they soon are. */

const NEAR = "50%"; // of what is in sight, above and below

export class Sight {
  /** @param {HTMLElement} root what scrolls @param {HTMLElement[]} elements @param {() => void} changed */
  constructor(root, elements, changed) {
    this.near = new Set();
    const place = new Map(elements.map((element, index) => [element, index]));
    this.watcher = new IntersectionObserver(
      (seen) => {
        for (const { target, isIntersecting } of seen) this.near[isIntersecting ? "add" : "delete"](place.get(target));
        changed();
      },
      { root, rootMargin: `${NEAR} 0px` },
    );
    for (const element of elements) this.watcher.observe(element);
  }

  /** @param {number} index an element's place in the list */
  has(index) {
    return this.near.has(index);
  }

  end() {
    this.watcher.disconnect();
  }
}
