// Signing: with a finger on the glass, or by typing the name.

import { say } from "./element.js";

const [WIDTH, HEIGHT] = [600, 200]; // the box that the strokes lie in
const [MOST_STROKES, MOST_POINTS] = [60, 500];
const APART = 3; // units between two points: closer ones are left out

const dialog = document.getElementById("sign");
const canvas = dialog.querySelector("canvas");
const name = dialog.querySelector("input");
const pen = canvas.getContext("2d");
let strokes = [];

/** Ask for a signature. @param {(signature: {name: string, strokes: string}) => void} signed */
export function sign(signed) {
  name.value = "";
  clear();
  dialog.onclose = () => {
    if (dialog.returnValue === "yes") signed({ name: name.value.trim(), strokes: strokes.map(path).join(" ") });
  };
  dialog.returnValue = "";
  dialog.showModal();
  canvas.setAttribute("aria-label", say("sign_here"));
}

function clear() {
  strokes = [];
  pen.clearRect(0, 0, WIDTH, HEIGHT);
}

function path([first, ...rest]) {
  const points = rest.length ? rest : [first];
  return `M ${first.join(" ")} ${points.map((point) => `L ${point.join(" ")}`).join(" ")}`;
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
  return [
    within(((event.clientX - box.left) / box.width) * WIDTH, WIDTH),
    within(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT),
  ];
}

function begin(event) {
  if (strokes.length === MOST_STROKES) return;
  canvas.setPointerCapture(event.pointerId);
  strokes.push([place(event)]);
}

function draw(event) {
  if (!canvas.hasPointerCapture(event.pointerId)) return;
  const stroke = strokes.at(-1);
  const [from, to] = [stroke.at(-1), place(event)];
  if (Math.hypot(to[0] - from[0], to[1] - from[1]) < APART || stroke.length > MOST_POINTS) return;
  stroke.push(to);
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.strokeStyle = getComputedStyle(canvas).color;
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}

canvas.addEventListener("pointerdown", begin);
canvas.addEventListener("pointermove", draw);
dialog.querySelector("[data-clear]").addEventListener("click", clear);
