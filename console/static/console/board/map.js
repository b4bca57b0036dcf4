/** The map: communities coloured by a figure, routes, stops. MapLibre draws it; the tiles are our own. */

import * as maplibre from "../../vendor/maplibre/maplibre-gl.mjs";
import { areaColours, areaLayers, areaSource, attributionOf, hatch, legendOf, paint, styleOver } from "../areas.js";
import { formatOf } from "../figures.js";
import { ask } from "./api.js";
import { Places, placeLayers } from "./places.js";
import { LANGUAGE, MAP_STYLE, MONEY, REGION, say } from "./words.js";

const COLOURS = 8;
const EMPTY = { type: "FeatureCollection", features: [] };

export class Chart {
  /** @param {HTMLElement} place @param {import("./day.js").Focus} focus */
  constructor(place, focus) {
    this.focus = focus;
    this.place = place;
    this.legend = place.parentElement.querySelector(".legend");
    this.colour = coloursOf(place);
    this.large = new Set(); // the visits whose stops are drawn large
    maplibre.prewarm(); // its worker starts while the day is on its way
    this.map = new maplibre.Map({
      container: place,
      center: [121.55, 25.04],
      zoom: 10,
      attributionControl: attributionOf(MAP_STYLE),
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
    });
    hatch(this.map, this.colour);
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
    this.places.show(day);
    if (first) return this.#begin();
    await this.ready;
    this.#fit();
    this.map.getSource("routes").setData(routesOf(day));
    this.map.getSource("stops").setData(stopsOf(day));
    return undefined;
  }

  /** With the day on it, and where the day is: each frame before that would be drawn for nothing. */
  async #begin() {
    this.map.resize(); // it was larger while the timeline was empty, and has not heard yet
    this.#fit();
    this.map.setStyle(await styleOver(MAP_STYLE, this.#style()));
  }

  /** Colour the communities by one of the API's figures, with its unit, or by nothing. */
  async paint(figure, unit) {
    await this.ready;
    const areas = figure ? await figuresOf(figure) : [];
    const steps = paint(this.map, areas);
    const words = { no_figures: say("no_figures"), too_few: say("too_few") };
    const format = formatOf({ unit, ...MONEY, language: LANGUAGE });
    this.legend.replaceChildren(...(figure ? legendOf(steps, areas, format, words, this.colour) : []));
  }

  #style() {
    const { colour } = this;
    const routeColour = ["match", ["get", "colour"], ...colour.routes.flatMap((one, index) => [index, one]), colour.ink];
    const dimmed = ["case", ["boolean", ["feature-state", "dimmed"], false], 0.15, 1];
    return {
      version: 8,
      sources: {
        communities: areaSource(),
        routes: { type: "geojson", data: routesOf(this.day), promoteId: "technician" },
        stops: { type: "geojson", data: stopsOf(this.day), promoteId: "visit" },
        places: { type: "geojson", data: EMPTY },
      },
      layers: [
        ...areaLayers(colour),
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
      focus.addEventListener(what, () => this.#highlight());
    }
  }

  #name(area, lngLat) {
    const { name, name_en: english } = area.properties;
    this.popup.setLngLat(lngLat).setText(LANGUAGE === "en" ? english : name).addTo(this.map);
  }

  /** Make the stops of visits as large as they should be now, and let the other routes fade. */
  async #highlight() {
    await this.ready;
    if (!this.day) return;
    const large = new Set([...this.focus.all("hovered"), ...this.focus.all("chosen")]);
    for (const id of new Set([...this.large, ...large])) {
      this.map.setFeatureState({ source: "stops", id }, { hovered: large.has(id) });
    }
    this.large = large;
    const looked = this.focus.all(this.focus.hovered === null ? "chosen" : "hovered");
    const routes = new Set(looked.flatMap((id) => this.day.stops.get(id)?.technician.id ?? []));
    for (const { id, stops } of this.day.board.technicians) {
      if (stops.length) this.map.setFeatureState({ source: "routes", id }, { dimmed: routes.size > 0 && !routes.has(id) });
    }
  }

  /** Once, when there is something to see: before a day's first plan there is nothing. */
  #fit() {
    if (this.isFitted) return;
    const places = this.day.board.visits.flatMap(({ place }) => (place ? [[place.lon, place.lat]] : []));
    if (!places.length) return;
    this.isFitted = true;
    const bounds = places.reduce((box, place) => box.extend(place), new maplibre.LngLatBounds(places[0], places[0]));
    this.map.fitBounds(bounds, { padding: 30, maxZoom: 15, animate: false });
  }
}

/** Our colours, as the style sheet has them for a light or a dark screen. */
function coloursOf(place) {
  const style = getComputedStyle(place);
  const routes = Array.from({ length: COLOURS }, (_, index) => style.getPropertyValue(`--c${index}`).trim());
  return { ...areaColours(place), routes };
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

/** The figure of each community of the region over four weeks, where there is one or it is hidden. */
async function figuresOf(figure) {
  const found = [];
  for (let cursor = ""; cursor !== null; ) {
    const { data } = await ask(`/figures?by=community&region=${REGION}&limit=200&cursor=${encodeURIComponent(cursor)}`);
    for (const { community_id: id, figures } of data.items) {
      if (id) found.push({ id, ...figures[figure] });
    }
    cursor = data.next;
  }
  return found;
}
