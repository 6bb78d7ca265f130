// How the page of costs writes its figures.

/** A whole number, its thousands apart. */
export const count = (value) => (value === null || value === undefined ? "–" : Math.round(value).toLocaleString("en").replace("-", "−"));

/** So many of something, as in `1 call`. */
export const some = (number, name) => `${count(number)} ${name}${number === 1 ? "" : "s"}`;

/** A time that something took. */
export function spent(ms) {
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 1 : 0)}\u00a0ms`;
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)}\u00a0s` : `${(ms / 60_000).toFixed(1)}\u00a0min`;
}

const two = (number) => String(number).padStart(2, "0");
/** A day of the clock that stretches of the API go by. */
export const day = (ms) => new Date(ms).toISOString().slice(0, 10);
/** A moment by the clock of who looks, as in `2026-11-27 09:04`. */
export function moment(ms) {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** How figures of turns were come by, of which some may be estimates. */
export function kindOf(turns, estimated, otherwise) {
  if (!estimated) return otherwise;
  return estimated === turns ? "estimated" : `estimated in ${count(estimated)} of ${some(turns, "turn")}`;
}
