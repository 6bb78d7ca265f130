// What the service tells as it happens: one connection for the whole page, whoever listens.
import { useEffect, useState } from "./html.js";

/** What is told: see `GET /api/v1/live`. */
const TOPICS = ["turns", "decisions", "sessions", "health"];
const FIRST_MS = 1000;
const LONGEST_MS = 30000;

const listeners = new Set();
const watchers = new Set();
let source;
let timer;
let state = "connecting";
let missed = false; // whether something may have happened that nobody was told of
let health; // as it was told last
let failures = 0;

/** Whether changes are told now. Where not, who shows something reads it again now and then. */
export const isLive = () => state === "live";

/** Call `heard(topic)` when one of the topics changed, until what this gives is called. */
export function listen(topics, heard) {
  const listener = { topics, heard };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How it stands: `connecting`, `live` or `away`. The first that asks makes the connection. */
export function useLive() {
  const [now, is] = useState(state);
  useEffect(() => {
    watchers.add(is);
    if (!source && !timer && !document.hidden) connect();
    is(state);
    return () => watchers.delete(is);
  }, []);
  return now;
}

function become(next) {
  state = next;
  for (const watcher of watchers) watcher(next);
}

function tell(topics) {
  for (const { topics: wanted, heard } of listeners) {
    const topic = topics.find((each) => wanted.includes(each));
    if (topic) heard(topic);
  }
}

function connect() {
  timer = undefined;
  source = new EventSource(new URL("../api/v1/live", new URL(".", document.baseURI)));
  source.addEventListener("open", opened);
  source.addEventListener("error", lost);
  for (const topic of TOPICS) source.addEventListener(topic, told);
}

function opened() {
  failures = 0;
  become("live");
  if (missed) tell(TOPICS);
  missed = false;
}

/** Connect again, later each time: browsers' own way never waits longer, and gives up at a refusal. */
function lost() {
  source.close();
  source = undefined;
  missed = true;
  become("away");
  timer = setTimeout(connect, Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) * (0.75 + Math.random() / 2));
  failures += 1;
}

/** A browser has six connections to a host for all its tabs: one that nobody looks at takes none of them. */
function seen() {
  if (!document.hidden) {
    if (watchers.size && !source && !timer) connect();
    return;
  }
  clearTimeout(timer);
  source?.close();
  timer = source = undefined;
  missed = true;
  become("away");
}

document.addEventListener("visibilitychange", seen);

function told({ type, data }) {
  if (type !== "health") return tell([type]);
  const before = health ?? data; // the first word is no change
  health = data;
  if (data === before) return undefined;
  return tell(JSON.parse(data).ready ? TOPICS : ["health"]); // what failed to be read meanwhile is there again
}
