// One look for each arm on all charts: a colour and a line style, so that no chart is read by colour alone.

/** Number arms: `none` first, then by name. Takes names, gives a map from name to look. */
export function looksOf(arms) {
  const others = arms.filter((arm) => arm !== "none").sort();
  const ordered = arms.includes("none") ? ["none", ...others] : others;
  return new Map(ordered.map((arm, number) => [arm, number]));
}
