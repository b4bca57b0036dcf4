/** Asks for the day before the rest of the page is here: the server reads it while the browser fetches the timeline. */

import { ask } from "./api.js";
import { ON, REGION } from "./words.js";

/** @param {string|null} version null is whatever is current @param {string|null} known the tag of what is here already */
export const dayAsked = (version, known) =>
  ask(`/board?region=${REGION}&on=${ON}${version ? `&version=${version}` : ""}`, { known });

export const dayFirst = REGION ? dayAsked(null, null) : null;
dayFirst?.catch(() => {}); // whoever takes it up hears of it
