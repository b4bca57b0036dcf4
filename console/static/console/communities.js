/** The page of communities: its map shows the figure that the table shows, and leads to a community's page. */

import * as maplibre from "../vendor/maplibre/maplibre-gl.mjs";
import { areaColours, areaLayers, areaSource, attributionOf, hatch, legendOf, lookAt, lookedLayer, paint, styleOver } from "./areas.js";
import { formatOf } from "./figures.js";

const PADDING = 24;
const find = (selector) => document.querySelector(selector);

class AreaMap {
  /**
   * @param {HTMLElement} place @param {any} told what the page carries (console/office/communities.py: _map)
   * @param {any} colour @param {any} style
   */
  constructor(place, told, colour, style) {
    this.told = told;
    this.place = place;
    this.known = new Map(told.areas.map((area) => [area.id, area]));
    this.colour = colour;
    place.parentElement.classList.toggle("drawn-dark", matchMedia("(prefers-color-scheme: dark)").matches);
    const [west, south, east, north] = told.bounds;
    this.map = new maplibre.Map({
      container: place,
      style,
      bounds: [[west, south], [east, north]],
      fitBoundsOptions: { padding: PADDING },
      attributionControl: attributionOf(told.map_style),
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      canvasContextAttributes: { preserveDrawingBuffer: true }, // so that the map can be printed
      locale: {
        "Map.Title": `${told.words.map}. ${told.words.open}.`,
        "NavigationControl.ZoomIn": told.words.zoom_in,
        "NavigationControl.ZoomOut": told.words.zoom_out,
      },
    });
    hatch(this.map, this.colour);
    this.map.scrollZoom.disable(); // the page scrolls
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.popup = new maplibre.Popup({ closeButton: false, closeOnClick: false, offset: 10 });
    this.map.once("load", () => this.#show());
  }

  #show() {
    const { areas, words } = this.told;
    const steps = paint(this.map, areas);
    find(".areas .legend").replaceChildren(...legendOf(steps, areas, formatOf(this.told), words, this.colour));
    this.#listen();
    this.map.once("idle", () => (document.body.dataset.ready = "true"));
  }

  #listen() {
    const { map } = this;
    const canvas = map.getCanvas();
    map.on("mousemove", "areas", ({ features, lngLat }) => this.#name(features[0], lngLat));
    map.on("mouseleave", "areas", () => this.#name(null));
    map.on("click", "areas", ({ features }) => this.#open(features[0]));
    map.on("moveend", () => this.#nameMiddle());
    canvas.addEventListener("focus", () => this.#nameMiddle());
    canvas.addEventListener("blur", () => this.#name(null));
    canvas.addEventListener("keydown", ({ key }) => key === "Enter" && this.#open(this.#middle()));
  }

  /** Whoever moves the map by arrow keys is in its middle. */
  #middle() {
    return this.map.queryRenderedFeatures(this.map.project(this.map.getCenter()), { layers: ["areas"] })[0] ?? null;
  }

  #nameMiddle() {
    if (!this.map.getCanvas().matches(":focus-visible")) return; // a mouse says where it is
    this.#name(this.#middle(), this.map.getCenter());
  }

  #name(area, at) {
    this.look(area?.id ?? null);
    if (area === null) return void this.popup.remove();
    const { name, name_en: english } = area.properties;
    const text = this.known.get(area.id)?.text ?? this.told.words.nothing;
    this.popup.setLngLat(at).setText(`${this.told.language === "en" ? english : name}: ${text}`).addTo(this.map);
  }

  /** Show which community is looked at, here or in the table. */
  look(id) {
    if (this.looked) lookAt(this.map, this.looked, false);
    if (id) lookAt(this.map, id, true);
    this.looked = id;
  }

  #open(area) {
    if (area) location.assign(`${location.pathname}/${area.id}${location.search}`);
  }
}

/** What the mouse or the focus is on in the table is shown on the map. */
function follow(table, map) {
  const look = ({ target }) => map.look(target.closest("[data-community]")?.dataset.community ?? null);
  for (const what of ["mouseover", "focusin"]) table.addEventListener(what, look);
  for (const what of ["mouseleave", "focusout"]) table.addEventListener(what, () => map.look(null));
}

async function begin() {
  const carried = find("#areas");
  const told = carried && JSON.parse(carried.textContent);
  if (!told?.bounds) return; // no community has a boundary yet
  find(".areas").hidden = false;
  const place = find("#map");
  const colour = areaColours(place);
  const ours = { version: 8, sources: { communities: areaSource() }, layers: [...areaLayers(colour), lookedLayer(colour)] };
  const style = await styleOver(told.map_style, ours);
  try {
    follow(find("table.scores"), new AreaMap(place, told, colour, style));
  } catch {
    place.textContent = told.words.no_map; // a browser without WebGL: the table has it all
  }
}

begin();
