// A connection on which the service tells of changes, made again as often as it is lost.
import { heard as listened } from "../api.js";
import { eventsOf } from "../events.js";

/** What is told: see `GET /api/v1/live`. */
export const TOPICS = ["turns", "decisions", "sessions", "health"];
export const ADDRESS = new URL("../api/v1/live", new URL(".", document.baseURI)).href;
const FIRST_MS = 1000;
const LONGEST_MS = 30000;
/** The service says something every 15 s: after so long without a word the way to it is gone, as it is after a sleep. */
const SILENT_MS = 40000;

/** Connect, until what this gives is called: `became(state)` hears `live` and `away`, `told(topic, data)` each event. */
export function connected({ became, told }) {
  let gone; // ends the connection that there is
  let timer; // of the next connection, or of this one's silence
  let failures = 0;
  const connect = async () => {
    const mine = new AbortController();
    gone = mine;
    heard();
    try {
      for await (const { event, data } of eventsOf((await listened("live", mine.signal)).body)) {
        if (mine.signal.aborted) return;
        heard();
        if (event === "listening") listening();
        else if (TOPICS.includes(event)) told(event, data);
      }
    } catch {
      // as at an end: the next one says whether it lasts
    }
    if (!mine.signal.aborted) lost();
  };
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(lost, SILENT_MS);
  };
  const listening = () => {
    failures = 0;
    became("live");
  };
  // Later each time: a service that refuses isn't asked in a tight loop.
  const lost = () => {
    gone.abort();
    clearTimeout(timer);
    timer = setTimeout(connect, Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) * (0.75 + Math.random() / 2));
    failures += 1;
    became("away");
  };
  connect();
  return () => {
    clearTimeout(timer);
    gone.abort();
  };
}
