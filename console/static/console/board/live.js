/** The day's moments, as the server tells them (server-sent events), and whether it can be heard at all. */

import { ON, REGION } from "./words.js";

const SILENCE_MS = 8000; // a stream comes back every two seconds at the latest

/**
 * Call `tell` with every new moment, `heard` with whether the server answers.
 * @param {(moment: any) => void} tell @param {(answers: boolean) => void} heard
 */
export function listen(tell, heard) {
  let source;
  let last = Date.now();
  const open = () => {
    source = new EventSource(`/api/v1/board/moments?region=${REGION}&on=${ON}`);
    source.onopen = () => {
      last = Date.now();
      heard(true);
    };
    source.onmessage = ({ data }) => tell(JSON.parse(data));
  };
  open();
  setInterval(() => {
    if (document.hidden || Date.now() - last < SILENCE_MS) return;
    heard(false);
    if (source.readyState === EventSource.CLOSED) open(); // an answer that was no stream ends it for good
  }, SILENCE_MS / 2);
}
