// What the service tells as it happens: one connection for all tabs, whoever listens.
import { useEffect, useState } from "./html.js";
import { TOPICS } from "./live/connection.js";
import { shared } from "./live/shared.js";

const listeners = new Set();
const watchers = new Set();
const follow = shared({ became, told });
let begun = false;
let state = "connecting";
let missed = true; // whether something may have happened that nobody was told of
let health; // as it was told last

/** Whether changes are told now. Where not, who shows something reads it again now and then. */
export const isLive = () => state === "live";

/** Call `heard(topic)` when one of the topics changed, until what this gives is called. */
export function listen(topics, heard) {
  const listener = { topics, heard };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How it stands: `connecting`, `live` or `away`. The first that asks begins to follow. */
export function useLive() {
  const [now, is] = useState(state);
  useEffect(() => {
    watchers.add(is);
    begin();
    is(state);
    return () => watchers.delete(is);
  }, []);
  return now;
}

/** A tab that nobody looks at makes no connection; what another tab's passes on it marks as due. */
function begin() {
  if (begun) return;
  begun = true;
  const seen = () => (document.hidden ? follow.hide() : follow.show());
  document.addEventListener("visibilitychange", seen);
  seen();
}

function became(next) {
  state = next;
  for (const watcher of watchers) watcher(next);
  const anew = missed && next === "live"; // from now on nothing is missed: what was read before may be old
  missed = next !== "live";
  if (anew) tell(TOPICS);
}

function tell(topics) {
  for (const { topics: wanted, heard } of listeners) {
    const topic = topics.find((each) => wanted.includes(each));
    if (topic) heard(topic);
  }
}

function told(topic, data) {
  if (topic !== "health") return tell([topic]);
  const before = health ?? data; // the first word is no change
  health = data;
  if (data === before) return undefined;
  return tell(JSON.parse(data).ready ? TOPICS : ["health"]); // what failed to be read meanwhile is there again
}
