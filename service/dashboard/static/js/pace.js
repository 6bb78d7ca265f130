// How often something is read again: when it changed, but seldom enough, and not while nobody looks.
import { isLive, listen } from "./live.js";

const SETTLE_MS = 150; // one turn changes several things
const EVERY_MS = 2000;
const AGAIN_MS = 15000;

/**
 * Call `go` now, and again when one of the topics changed. It says whether it succeeded; where it didn't, or while
 * changes aren't told, it is called again from time to time; so is one with the topic `clock`. Gives what ends it.
 */
export function paced(go, topics) {
  let [running, due, failed, stopped] = [false, false, false, false];
  let timer;
  let ended = 0;
  const run = async () => {
    timer = undefined;
    if (document.hidden && ended) return; // it stays due
    [running, due] = [true, false];
    failed = !(await go());
    running = false;
    ended = performance.now();
    if (due) again();
  };
  const again = () => {
    due = true;
    if (stopped || running || timer || document.hidden) return;
    timer = setTimeout(run, Math.max(SETTLE_MS, ended + EVERY_MS - performance.now()));
  };
  run();
  if (!topics.length) return () => {};
  const seen = () => due && again();
  const clock = setInterval(() => (failed || !isLive() || topics.includes("clock")) && again(), AGAIN_MS);
  const deaf = listen(topics, again);
  document.addEventListener("visibilitychange", seen);
  return () => {
    stopped = true;
    deaf();
    clearInterval(clock);
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}
