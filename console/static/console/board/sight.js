/** Which elements of a list are in sight of what scrolls them, or so near that they soon are. */

const NEAR = 0.5; // of what is in sight, above and below

export class Sight {
  /** @param {HTMLElement} root what scrolls @param {HTMLElement[]} elements @param {() => void} changed */
  constructor(root, elements, changed) {
    this.near = new Set(inSight(root, elements));
    const places = new Map(elements.map((element, index) => [element, index]));
    this.watcher = new IntersectionObserver(
      (seen) => {
        for (const { target, isIntersecting } of seen) this.near[isIntersecting ? "add" : "delete"](places.get(target));
        changed();
      },
      { root, rootMargin: `${NEAR * 100}% 0px` },
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

/** At once, for an observer tells nothing before the next frame. */
function inSight(root, elements) {
  const { top, bottom, height } = root.getBoundingClientRect();
  const isNear = (box) => box.bottom > top - NEAR * height && box.top < bottom + NEAR * height;
  return elements.flatMap((element, index) => (isNear(element.getBoundingClientRect()) ? [index] : []));
}
