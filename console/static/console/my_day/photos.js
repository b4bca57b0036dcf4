// Photos: taken, made small on the telephone, and shown as they were taken.

import { element, say } from "./element.js";
import { photoOf } from "./photo_store.js";

const SIDE = 1600; // pixels of the longer side
const MOST_BYTES = 900_000; // the API takes 1 MiB
const QUALITIES = [0.82, 0.7, 0.55, 0.4];

/** @param {string} what  is to be in it, for who cannot see the button @param {(file: File) => void} taken */
export function camera(what, taken) {
  const input = element("input", {
    type: "file", accept: "image/*", capture: "environment", class: "hidden-input", "aria-label": `${say("take_photo")}: ${what}`,
    onchange: () => {
      for (const file of input.files) taken(file);
      input.value = "";
    },
  });
  return element("label", { class: "button camera" }, input, say("take_photo"));
}

/**
 * A photo as it is sent: a JPEG of at most 1600 pixels a side, upright.
 * @param {Blob} file @returns {Promise<Blob>}
 */
export async function madeSmall(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const canvas = element("canvas", { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  let photo = null;
  for (const quality of QUALITIES) {
    photo = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (photo.size <= MOST_BYTES) break;
  }
  return photo;
}

/** A row of pictures that follows what is told of them. @param {string} visit @param {(key: string) => void} remove */
export function thumbnails(visit, remove) {
  const row = element("span", { class: "thumbnails" });
  const shown = new Map();
  /** @param {{key: string, waits: boolean}[]} photos */
  const update = (photos) => {
    const keys = new Set(photos.map(({ key }) => key));
    for (const [key, one] of shown) if (!keys.has(key)) one.remove(), shown.delete(key);
    for (const photo of photos) if (!shown.has(photo.key)) shown.set(photo.key, added(row, visit, photo, remove));
  };
  return { element: row, update };
}

function added(row, visit, photo, remove) {
  const button = element("button", { type: "button", "aria-label": say("remove_photo"), title: say("remove_photo"), onclick: () => remove(photo.key) }, "×");
  const one = element("span", { class: "thumbnail" }, pictureOf(visit, photo), button);
  row.append(one);
  return one;
}

function pictureOf(visit, { key, waits }) {
  const image = element("img", { alt: say("photo"), width: 72, height: 72, loading: "lazy" });
  const sent = `/api/v1/visits/${visit}/photos/${key}`;
  if (!waits) image.src = sent;
  else photoOf(key).then((photo) => (photo ? showBlob(image, photo) : (image.src = sent)));
  return image;
}

function showBlob(image, photo) {
  const address = URL.createObjectURL(photo);
  image.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  image.src = address;
}
