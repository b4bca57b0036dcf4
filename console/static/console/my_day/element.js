// Small helpers for what the page draws.

const told = JSON.parse(document.getElementById("words").textContent);

export const words = told;

/** A text of the page with its {gaps} filled. @param {string} name @param {Record<string, string | number>} [gaps] */
export function say(name, gaps = {}) {
  return told.site[name].replace(/\{(\w+)\}/g, (_, gap) => String(gaps[gap]));
}

/** An amount of the company's currency. @param {number} minor  in its smallest units */
export function money(minor) {
  const { currency, decimals } = told.money;
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return `${currency} ${new Intl.NumberFormat(document.documentElement.lang, digits).format(minor / 10 ** decimals)}`;
}

/**
 * An element with attributes, and with listeners as `on…`; false leaves an attribute out.
 * @param {string} name @param {Record<string, any>} attributes @param {...(Node | string)} children
 */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}
