/** Technicians on the map: where each was last, and how long ago. Nobody's way is kept; the newest place is all there is. */

import { ask } from "./api.js";
import { ON, REGION, say, span } from "./words.js";

const AGAIN_MS = 30_000;
const COLOURS = 8;

/** How places are drawn: a ring in the route's colour, with the technician's code and the age beside it. */
export function placeLayers(colour, routeColour) {
  return [
    {
      id: "places", type: "circle", source: "places",
      paint: { "circle-color": colour.ground, "circle-radius": 6, "circle-stroke-width": 4, "circle-stroke-color": routeColour },
    },
    {
      id: "place-names", type: "symbol", source: "places",
      layout: { "text-field": ["get", "told"], "text-size": 12, "text-anchor": "left", "text-offset": [1.1, 0], "text-allow-overlap": true },
      paint: { "text-color": colour.ink, "text-halo-color": colour.ground, "text-halo-width": 2 },
    },
  ];
}

export class Places {
  /** @param {import("../../vendor/maplibre/maplibre-gl.mjs").Map} map @param {Promise<void>} ready */
  constructor(map, ready) {
    this.map = map;
    this.ready = ready;
    this.items = [];
    this.drawn = 0; // how many are on the map
    setInterval(() => document.hidden || this.#read(), AGAIN_MS);
  }

  /** @param {import("./day.js").Day} day */
  show(day) {
    const first = this.day === undefined;
    this.day = day;
    if (first) this.#read();
    else this.#draw();
  }

  async #read() {
    if (!this.day?.board.may_plan) return;
    const found = await ask(`/board/places?region=${REGION}&on=${ON}`).catch(() => null); // the page says that it is offline
    if (found) this.items = found.data.items;
    this.#draw();
  }

  async #draw() {
    await this.ready;
    const inOrder = this.day.board.technicians.map(({ id }) => id);
    const features = this.items.flatMap(({ technician_id: id, place, seen_at: at }) => {
      const technician = this.day.technicians.get(id);
      if (!technician || !place) return [];
      const told = say("seen", { technician: technician.code, span: span(at, new Date().toISOString()) });
      const properties = { told, colour: inOrder.indexOf(id) % COLOURS };
      return [{ type: "Feature", geometry: { type: "Point", coordinates: [place.lon, place.lat] }, properties }];
    });
    if (!features.length && !this.drawn) return;
    this.drawn = features.length;
    this.map.getSource("places").setData({ type: "FeatureCollection", features });
  }
}
