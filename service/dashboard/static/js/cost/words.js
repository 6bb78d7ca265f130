// How the page of costs writes its figures.

const minus = (text) => text.replace("-", "−");
/** A whole number, its thousands apart. */
export const count = (value) => (value === null || value === undefined ? "–" : minus(Math.round(value).toLocaleString("en")));

/** Tokens at full price, of which there may be parts. */
export function amount(value) {
  if (value === null || value === undefined) return "–";
  const tenths = Math.round(value * 10) / 10 + 0; // no minus before nothing
  return minus(tenths.toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 }));
}

/** So many of something, as in `1 call`. */
export const some = (number, name) => `${count(number)} ${name}${number === 1 ? "" : "s"}`;

/** A time that something took. */
export function spent(ms) {
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 1 : 0)}\u00a0ms`;
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)}\u00a0s` : `${(ms / 60_000).toFixed(1)}\u00a0min`;
}

/** A day of the clock that stretches of the API go by. */
export const day = (ms) => new Date(ms).toISOString().slice(0, 10);

/** How figures were come by, of which some may be estimates. */
export function kindOf(number, estimated, otherwise, name = "turn") {
  if (!estimated) return otherwise;
  return estimated === number ? "estimated" : `estimated in ${count(estimated)} of ${some(number, name)}`;
}
