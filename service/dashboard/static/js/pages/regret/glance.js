// What was lost in all, by each way to know it, side by side: the charts below say how it came about.
import { html } from "../../html.js";
import { figure, Figures, range } from "../../parts.js";
import { linesOf, wordsFor } from "./views.js";

const KINDS = ["true", "audited", "estimated"];

/** The three sums, each with its interval and of how many decisions it is; against all arms there is no one figure. */
export function Glance({ of, values }) {
  const against = values.against === "all" ? "" : values.against;
  return html`
    <p class="note">Lost in all, against ${wordsFor(against)}:</p>
    <${Figures} of=${KINDS.map((kind) => told(kind, of[kind], against))} />`;
}

function told(kind, { course, best_static: best }, against) {
  const [, line] = (course && linesOf(course, best, against)[0]) ?? [];
  if (!line) return [kind, "–", "not known"];
  const [mean, low, high] = [line.summed.mean, line.summed.low, line.summed.high].map((each) => each?.at(-1));
  const interval = low === undefined ? "" : `${range(low, high, 3)}, `;
  return [kind, figure(mean, 3), `${interval}in ${course.points.at(-1).toLocaleString("en")} decisions`];
}
