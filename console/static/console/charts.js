/**
 * Charts of weeks: what is divided is a line with the band it lies in, what is added up are bars; the second series is a
 * broken line with its own marks, so that grey is enough. ECharts comes before this module and is `window.echarts`.
 */

import { formatOf } from "./figures.js";

const PAPER = { ink: "#000", soft: "#444", line: "#bbb", accent: "#000", ground: "#fff" };
const FINE = 3; // device pixels to a pixel on paper
const dark = matchMedia("(prefers-color-scheme: dark)");

/** @typedef {{name: string, values: (number|null)[], low: (number|null)[], high: (number|null)[]}} Series */

function coloursOf(place) {
  const style = getComputedStyle(place);
  return Object.fromEntries(Object.keys(PAPER).map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** @param {any} told what the page carries (console/office/charts.py: week_chart) */
function optionOf(told, colour) {
  const format = formatOf(told);
  const day = new Intl.DateTimeFormat(told.language, { month: "short", day: "numeric", timeZone: "UTC" });
  const [own, beside] = told.series;
  const text = { color: colour.soft, fontFamily: "inherit", fontSize: 12 };
  return {
    animation: false,
    grid: { left: 12, right: 16, top: 40, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, data: told.series.map(({ name }) => name), textStyle: { ...text, color: colour.ink }, itemWidth: 34 },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, formatter: (points) => saidOf(points, told, format) },
    xAxis: { type: "category", data: told.weeks.map((week) => day.format(Date.parse(week))), axisLabel: text, axisLine: { lineStyle: { color: colour.soft } } },
    yAxis: { type: "value", scale: told.kind === "line", axisLabel: { ...text, formatter: format }, splitLine: { lineStyle: { color: colour.line } } },
    series: [
      ...bandOf(own, colour),
      told.kind === "bar" ? barsOf(own, colour) : lineOf(own, colour.accent, { type: "solid", width: 2.5 }, "circle"),
      lineOf(beside, colour.ink, { type: [6, 4], width: 1.5 }, "emptyDiamond"),
    ],
  };
}

/** @param {Series} series */
function lineOf({ name, values }, color, style, symbol) {
  return { name, type: "line", data: values, symbol, symbolSize: 6, showAllSymbol: true, itemStyle: { color }, lineStyle: { color, ...style } };
}

/** @param {Series} series */
function barsOf({ name, values }, colour) {
  return { name, type: "bar", data: values, barMaxWidth: 18, itemStyle: { color: colour.accent, opacity: 0.75 } };
}

/** The band between low and high: an unseen line, and the rest of the way stacked on it. @param {Series} series */
function bandOf({ low, high }, colour) {
  if (low.every((value) => value === null)) return [];
  const shared = { type: "line", stack: "band", stackStrategy: "all", symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  const height = high.map((value, week) => (value === null ? null : value - low[week]));
  return [
    { ...shared, data: low },
    { ...shared, data: height, areaStyle: { color: colour.accent, opacity: 0.16 } },
  ];
}

function saidOf(points, told, format) {
  const week = points[0].dataIndex;
  const lines = told.series.map(({ name, values, low, high }) => {
    if (values[week] === null) return `${name}: –`;
    const between = low[week] === null ? "" : ` (${format(low[week])} – ${format(high[week])})`;
    return `${name}: ${format(values[week])}${between}`;
  });
  return [points[0].axisValueLabel, ...lines].join("\n");
}

/** Draw a chart in its place, and again for paper, another width, another light. */
function begin(place) {
  const told = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  let chart = null;
  const draw = (colour, devicePixelRatio) => {
    chart?.dispose();
    chart = window.echarts.init(place, null, { renderer: "canvas", devicePixelRatio });
    chart.setOption(optionOf(told, colour));
  };
  const drawOnScreen = () => draw(coloursOf(place));
  place.hidden = false;
  drawOnScreen();
  new ResizeObserver(() => chart.resize()).observe(place);
  dark.addEventListener("change", drawOnScreen);
  addEventListener("beforeprint", () => draw(PAPER, FINE));
  addEventListener("afterprint", drawOnScreen);
}

for (const place of document.querySelectorAll("[data-chart]")) begin(place);
