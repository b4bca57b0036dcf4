/** What the page says, in the reader's language; the texts come with the page. */

import { formatOf } from "../figures.js";

const told = JSON.parse(document.getElementById("told").textContent);

export const { region: REGION, on: ON, language: LANGUAGE, money: MONEY, map_style: MAP_STYLE } = told;

/**
 * A text with its {gaps} filled.
 * @param {string} name @param {Record<string, string|number>} [gaps]
 */
export function say(name, gaps = {}) {
  return told.words[name].replace(/\{(\w+)\}/g, (_, gap) => String(gaps[gap]));
}

/** The words of a fixed set: a state, a cost term; what is not known stays as it is. */
export function sayOne(family, name) {
  return told.words[`${family}.${name}`] ?? name;
}

/** 09:05 of a time with an offset, which is the company's own: the clock it shows is the clock there. */
export const clock = (at) => at.slice(11, 16);

const DAY = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeZone: "UTC" });

/** Mar 4, 2026 of such a time: the day it is there, as the reader writes it. */
export const dayOf = (at) => DAY.format(Date.parse(at.slice(0, 10)));

/** The same instant without its offset, for a calendar that knows only clocks. */
export const wall = (at) => at.slice(0, 19);

/** Seconds as 1:05 h. */
export function hours(seconds) {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

const SIGNED = new Intl.NumberFormat(LANGUAGE, { signDisplay: "exceptZero", maximumFractionDigits: 1 });

/** +3.5 or −12: a change. */
export const signed = (number) => SIGNED.format(number);

const WHOLE = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });

export const whole = (number) => WHOLE.format(number);

const AMOUNTS = { unit: "money", ...MONEY, language: LANGUAGE };

/** An amount of minor units. */
export const amount = formatOf(AMOUNTS);

/** The same as a change. */
export const signedAmount = formatOf({ ...AMOUNTS, signDisplay: "exceptZero" });

/** How long ago, or how long until, in the largest unit that says it. */
export function span(fromAt, untilAt) {
  const minutes = Math.round((Date.parse(untilAt) - Date.parse(fromAt)) / 60000);
  const size = Math.abs(minutes);
  const [amount, unit] = size < 90 ? [minutes, "minute"] : size < 2880 ? [minutes / 60, "hour"] : [minutes / 1440, "day"];
  return new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 }).format(
    Math.abs(amount),
  );
}

/**
 * An element with attributes, and children that are elements or texts.
 * @param {string} name @param {Record<string, any>} [attributes] @param {...(Node|string|null|false)} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== false));
  return made;
}
