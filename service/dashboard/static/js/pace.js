// How often something is read again: when it changed, but seldom enough, and not while nobody looks.
import { isLive, listen } from "./live.js";

const SETTLE_MS = 150; // one turn changes several things
const EVERY_MS = 2000;
const RESTS = 3; // a report may take seconds of a processor: it rests so many times as long
const LONGEST_MS = 10_000;
const AGAIN_MS = 15_000;

/**
 * Call `go` now, and again when one of the topics changed. It says whether it is done: it succeeded, or trying again is
 * of no use. Until it is, it is called again from time to time, and when the service's health changes. So is one with
 * topics while changes aren't told, and one with the topic `clock`. Gives what ends it.
 */
export function paced(go, topics) {
  let [running, due, failed, stopped] = [false, false, false, false];
  let timer;
  let [ended, rest] = [0, EVERY_MS];
  const run = async () => {
    timer = undefined;
    if (document.hidden && ended) return; // it stays due
    [running, due] = [true, false];
    const begun = performance.now();
    failed = !(await go());
    running = false;
    ended = performance.now();
    rest = Math.min(LONGEST_MS, Math.max(EVERY_MS, RESTS * (ended - begun)));
    if (due) again();
  };
  const again = () => {
    due = true;
    if (stopped || running || timer || document.hidden) return;
    timer = setTimeout(run, Math.max(SETTLE_MS, ended + rest - performance.now()));
  };
  run();
  const seen = () => due && again();
  const clock = setInterval(() => (failed || (topics.length > 0 && (!isLive() || topics.includes("clock")))) && again(), AGAIN_MS);
  const deaf = listen(topics, again);
  const unmended = listen(["health"], () => failed && again());
  document.addEventListener("visibilitychange", seen);
  return () => {
    stopped = true;
    deaf();
    unmended();
    clearInterval(clock);
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}
