/** Figures as people write them, in the reader's language. */

/**
 * @typedef {{unit: string, currency: string, decimals: number, language: string, signDisplay?: string}} Manner of writing:
 *   the unit of a figure (communities/insight/figures.py), the company's currency, the decimals its minor units make, and
 *   whether a sign stands before it (as Intl.NumberFormat has it).
 */

/** @param {Manner} manner @returns {(value: number) => string} */
export function formatOf({ unit, currency, decimals, language, signDisplay = "auto" }) {
  const write = new Intl.NumberFormat(language, { ...optionsOf(unit, currency, decimals), signDisplay });
  const scale = unit === "money" ? 10 ** -decimals : 1;
  return (value) => write.format(scale * value);
}

function optionsOf(unit, currency, decimals) {
  if (unit === "share") return { style: "percent", maximumFractionDigits: 1 };
  if (unit === "money") return { style: "currency", currency, currencyDisplay: "code", maximumFractionDigits: decimals };
  return unit === "score" ? { minimumFractionDigits: 1, maximumFractionDigits: 2 } : { maximumFractionDigits: 1 };
}
