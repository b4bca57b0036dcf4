/** The map: communities coloured by a figure, routes, stops. MapLibre draws it; the tiles are our own. */

import * as maplibre from "../../vendor/maplibre/maplibre-gl.mjs";
import { ask } from "./api.js";
import { Places, placeLayers } from "./places.js";
import { LANGUAGE, REGION, say } from "./words.js";

const TILES = `${location.origin}/api/v1/tiles/communities/{z}/{x}/{y}`;
const DEEPEST = 16;
const COLOURS = 8;
const SHADES = 5;
const EMPTY = { type: "FeatureCollection", features: [] };

export class Chart {
  /** @param {HTMLElement} place @param {import("./day.js").Focus} focus */
  constructor(place, focus) {
    this.focus = focus;
    this.place = place;
    this.legend = place.parentElement.querySelector(".legend");
    this.colour = coloursOf(place);
    this.map = new maplibre.Map({
      container: place,
      style: this.#style(),
      center: [121.55, 25.04],
      zoom: 10,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
    });
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.ready = new Promise((resolve) => this.map.once("load", resolve));
    this.popup = new maplibre.Popup({ closeButton: false, closeOnClick: false, offset: 10 });
    this.#listen();
    this.places = new Places(this.map, this.ready);
  }

  /** @param {import("./day.js").Day} day */
  async show(day) {
    const first = this.day === undefined;
    this.day = day;
    await this.ready;
    this.map.getSource("routes").setData(routesOf(day));
    this.map.getSource("stops").setData(stopsOf(day));
    this.places.show(day);
    if (first) this.#fit();
  }

  /** Colour the communities by one of the API's figures, or by nothing. */
  async paint(figure) {
    await this.ready;
    this.map.removeFeatureState({ source: "communities", sourceLayer: "communities" });
    const values = figure ? await figuresOf(figure) : [];
    const steps = stepsOf(values.map(([, value]) => value));
    for (const [id, value] of values) {
      const shade = steps.filter((step) => value >= step).length;
      this.map.setFeatureState({ source: "communities", sourceLayer: "communities", id }, { shade });
    }
    this.legend.replaceChildren(...legendOf(figure, steps));
  }

  #style() {
    const { colour } = this;
    const routeColour = ["match", ["get", "colour"], ...colour.routes.flatMap((one, index) => [index, one]), colour.ink];
    const shade = ["match", ["coalesce", ["feature-state", "shade"], 0], ...colour.shades.flatMap((one, index) => [index + 1, one]), colour.area];
    const dimmed = ["case", ["boolean", ["feature-state", "dimmed"], false], 0.15, 1];
    return {
      version: 8,
      sources: {
        communities: { type: "vector", tiles: [TILES], maxzoom: DEEPEST, promoteId: "id" },
        routes: { type: "geojson", data: EMPTY, promoteId: "technician" },
        stops: { type: "geojson", data: EMPTY, promoteId: "visit" },
        places: { type: "geojson", data: EMPTY },
      },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour.ground } },
        { id: "areas", type: "fill", source: "communities", "source-layer": "communities", paint: { "fill-color": shade } },
        { id: "borders", type: "line", source: "communities", "source-layer": "communities", paint: { "line-color": colour.line, "line-width": 0.8 } },
        { id: "routes", type: "line", source: "routes", layout: { "line-join": "round" }, paint: { "line-color": routeColour, "line-width": 2.2, "line-opacity": dimmed } },
        {
          id: "stops", type: "circle", source: "stops",
          paint: {
            "circle-color": ["case", ["get", "left"], colour.ground, routeColour],
            "circle-radius": ["case", ["boolean", ["feature-state", "hovered"], false], 10, ["get", "left"], 5, 4.5],
            "circle-stroke-width": ["case", ["boolean", ["feature-state", "hovered"], false], 3, ["get", "left"], 2.5, 1.2],
            "circle-stroke-color": ["case", ["get", "left"], colour.alarm, colour.ground],
          },
        },
        ...placeLayers(colour, routeColour),
      ],
    };
  }

  #listen() {
    const { map, focus } = this;
    map.on("mousemove", "stops", ({ features }) => focus.hover(features[0].id));
    map.on("mouseleave", "stops", () => focus.hover(null));
    map.on("click", "stops", ({ features }) => focus.choose(features[0].id));
    map.on("mousemove", "areas", ({ features, lngLat }) => this.#name(features[0], lngLat));
    map.on("mouseleave", "areas", () => this.popup.remove());
    for (const what of ["hovered", "chosen"]) {
      focus.addEventListener(what, ({ detail }) => this.#highlight([detail.former, detail.visitId]));
    }
  }

  #name(area, lngLat) {
    const { name, name_en: english } = area.properties;
    this.popup.setLngLat(lngLat).setText(LANGUAGE === "en" ? english : name).addTo(this.map);
  }

  /** Make the stops of visits as large as they should be now, and let the other routes fade. */
  async #highlight(visitIds) {
    await this.ready;
    if (!this.day) return;
    const { hovered, chosen } = this.focus;
    for (const id of visitIds.filter(Boolean)) {
      this.map.setFeatureState({ source: "stops", id }, { hovered: id === hovered || id === chosen });
    }
    const route = this.day.stops.get(hovered ?? chosen)?.technician.id;
    for (const { id, stops } of this.day.board.technicians) {
      if (stops.length) this.map.setFeatureState({ source: "routes", id }, { dimmed: Boolean(route) && id !== route });
    }
  }

  #fit() {
    const places = this.day.board.visits.flatMap(({ place }) => (place ? [[place.lon, place.lat]] : []));
    if (!places.length) return;
    const bounds = places.reduce((box, place) => box.extend(place), new maplibre.LngLatBounds(places[0], places[0]));
    this.map.fitBounds(bounds, { padding: 30, maxZoom: 15, animate: false });
  }
}

/** Our colours, as the style sheet has them for a light or a dark screen. */
function coloursOf(place) {
  const style = getComputedStyle(place);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"), ground: read("map-ground"), line: read("map-line"), area: read("map-area"), alarm: read("alarm"),
    routes: Array.from({ length: COLOURS }, (_, index) => read(`c${index}`)),
    shades: Array.from({ length: SHADES }, (_, index) => read(`shade-${index + 1}`)),
  };
}

const feature = (geometry, properties) => ({ type: "Feature", geometry, properties });
const point = ({ lon, lat }) => [lon, lat];

function routesOf(day) {
  const features = day.board.technicians.flatMap((technician, index) => {
    const places = technician.stops.flatMap((stop) => day.visits.get(stop.visit_id).place ?? []);
    if (!places.length) return [];
    const way = [technician.home, ...places, technician.home].filter(Boolean).map(point);
    return [feature({ type: "LineString", coordinates: way }, { technician: technician.id, colour: index % COLOURS })];
  });
  return { type: "FeatureCollection", features };
}

function stopsOf(day) {
  const colours = new Map(day.board.technicians.map(({ id }, index) => [id, index % COLOURS]));
  const features = day.board.visits.flatMap((visit) => {
    const known = day.stops.get(visit.id);
    if (!visit.place || !(known || day.leftOut.has(visit.id))) return []; // cancelled, and in no route
    const properties = { visit: visit.id, left: !known, colour: known ? colours.get(known.technician.id) : -1 };
    return [feature({ type: "Point", coordinates: point(visit.place) }, properties)];
  });
  return { type: "FeatureCollection", features };
}

/** The figure of each community of the region that has one, over four weeks. */
async function figuresOf(figure) {
  const found = [];
  for (let cursor = ""; cursor !== null; ) {
    const { data } = await ask(`/figures?by=community&region=${REGION}&limit=200&cursor=${encodeURIComponent(cursor)}`);
    for (const group of data.items) {
      const value = group.figures[figure].value;
      if (value !== null && group.community_id) found.push([group.community_id, value]);
    }
    cursor = data.next;
  }
  return found;
}

/** The lower ends of shades that hold as many communities each; fewer where values repeat. */
function stepsOf(values) {
  const inOrder = [...values].sort((a, b) => a - b);
  const steps = Array.from({ length: SHADES }, (_, index) => inOrder[Math.floor((index * inOrder.length) / SHADES)]);
  return [...new Set(steps)].filter((step) => step !== undefined);
}

function legendOf(figure, steps) {
  if (!figure) return [];
  if (!steps.length) return [say("no_figures")];
  const number = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 3 });
  return steps.map((step, index) => {
    const box = document.createElement("span");
    box.className = `shade shade-${index + 1}`;
    box.textContent = `≥ ${number.format(step)}`;
    return box;
  });
}
