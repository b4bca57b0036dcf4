/** Communities as areas of a map, painted by a figure: for the board and for the page of communities. */

const TILES = `${location.origin}/api/v1/tiles/communities/{z}/{x}/{y}`;
const DEEPEST = 16;
const SHADES = 5;
const HATCH = "hatch";
const HATCH_SIZE = 8; // pixels
const LAYER = { source: "communities", "source-layer": "communities" };
const STATE = { source: "communities", sourceLayer: "communities" };

/** @typedef {{id: string, value: number|null, hidden: boolean}} Area What is known of a community's figure. */

/** Our colours, as the style sheet has them for a light or a dark screen. */
export function areaColours(place) {
  const style = getComputedStyle(place);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"), ground: read("map-ground"), line: read("map-line"), area: read("map-area"), alarm: read("alarm"),
    shades: Array.from({ length: SHADES }, (_, index) => read(`shade-${index + 1}`)),
  };
}

export const areaSource = () => ({ type: "vector", tiles: [TILES], maxzoom: DEEPEST, promoteId: "id" });

const isIn = (state, value) => ["case", ["boolean", ["feature-state", state], false], value, 0];

/** The layers from the ground up. */
export function areaLayers(colour) {
  const shade = ["match", ["coalesce", ["feature-state", "shade"], 0], ...colour.shades.flatMap((one, index) => [index + 1, one]), colour.area];
  return [
    { id: "ground", type: "background", paint: { "background-color": colour.ground } },
    { id: "areas", type: "fill", ...LAYER, paint: { "fill-color": shade, "fill-antialias": false } }, // borders lie on the edges
    { id: "hatched", type: "fill", ...LAYER, layout: { visibility: "none" }, paint: { "fill-pattern": HATCH, "fill-opacity": isIn("hidden", 1) } },
    { id: "borders", type: "line", ...LAYER, paint: { "line-color": colour.line, "line-width": 0.8 } },
  ];
}

/**
 * A style of ours, over one from outside where the settings want one (MAP_STYLE_URL); ours alone where that cannot be read.
 * @param {string} outside its address, or "" @param {any} ours
 */
export async function styleOver(outside, ours) {
  if (!outside) return ours;
  try {
    const base = await (await fetch(outside)).json();
    return { ...base, sources: { ...base.sources, ...ours.sources }, layers: [...base.layers, ...ours.layers.flatMap(seenThrough)] };
  } catch {
    return ours;
  }
}

/** A layer through which the map below can be seen. */
function seenThrough(layer) {
  if (layer.type === "background") return [];
  if (layer.id !== "areas") return [layer];
  const opacity = ["case", [">", ["coalesce", ["feature-state", "shade"], 0], 0], 0.55, 0];
  return [{ ...layer, paint: { ...layer.paint, "fill-opacity": opacity } }];
}

/** Whoever made a map from outside wants to be named. */
export const attributionOf = (outside) => (outside ? { compact: true } : false);

/** Draws a border around what is looked at. */
export const lookedLayer = (colour) =>
  ({ id: "looked-at", type: "line", ...LAYER, paint: { "line-color": colour.ink, "line-width": isIn("looked", 3) } });

/** Give the map its hatching when it asks for it. */
export function hatch(map, colour) {
  map.setMissingStyleImageResolver((id) => {
    if (id === HATCH && !map.hasImage(HATCH)) map.addImage(HATCH, hatching(colour.ink));
  });
}

/** Thin lines from corner to corner. */
function hatching(ink) {
  const canvas = Object.assign(document.createElement("canvas"), { width: HATCH_SIZE, height: HATCH_SIZE });
  const pen = canvas.getContext("2d");
  pen.strokeStyle = ink;
  pen.globalAlpha = 0.55;
  pen.beginPath();
  for (const shift of [-HATCH_SIZE, 0, HATCH_SIZE]) {
    pen.moveTo(shift, HATCH_SIZE);
    pen.lineTo(shift + HATCH_SIZE, 0);
  }
  pen.stroke();
  return pen.getImageData(0, 0, HATCH_SIZE, HATCH_SIZE);
}

/**
 * Paint the communities: the further from the ground the more, hatched is hidden, and of the rest nothing is known.
 * @param {Area[]} areas @returns {number[]} the lower ends of the shades
 */
export function paint(map, areas) {
  map.removeFeatureState(STATE);
  map.setLayoutProperty("hatched", "visibility", areas.some(({ hidden }) => hidden) ? "visible" : "none");
  const steps = stepsOf(areas.flatMap(({ value }) => value ?? []));
  for (const { id, value, hidden } of areas) {
    const shade = value === null ? 0 : steps.filter((step) => value >= step).length;
    map.setFeatureState({ ...STATE, id }, { shade, hidden });
  }
  return steps;
}

/** Draw a border around a community, or none any more. */
export function lookAt(map, id, looked) {
  map.setFeatureState({ ...STATE, id }, { looked });
}

/** The lower ends of shades that hold as many communities each; fewer where values repeat. */
function stepsOf(values) {
  const inOrder = [...values].sort((a, b) => a - b);
  const steps = Array.from({ length: SHADES }, (_, index) => inOrder[Math.floor((index * inOrder.length) / SHADES)]);
  return [...new Set(steps)].filter((step) => step !== undefined);
}

/**
 * What the shades mean.
 * @param {number[]} steps @param {Area[]} areas @param {(value: number) => string} format
 * @param {{no_figures: string, too_few: string}} words @param {{shades: string[]}} colour those of the map
 */
export function legendOf(steps, areas, format, words, { shades }) {
  const boxes = steps.map((step, index) => box(`≥ ${format(step)}`, shades[index]));
  if (areas.some(({ hidden }) => hidden)) boxes.push(box(words.too_few));
  return boxes.length ? boxes : [words.no_figures];
}

/** Without a shade it is the hatching. */
function box(text, shade) {
  const made = document.createElement("span");
  made.className = shade ? "shade" : "shade shade-few";
  if (shade) made.style.setProperty("--shade", shade);
  made.textContent = text;
  return made;
}
