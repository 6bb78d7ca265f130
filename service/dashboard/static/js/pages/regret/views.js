// How regret is shown: against what, and summed or stretch by stretch.
import { html } from "../../html.js";

/** What regret may be against, beside single arms: value in the address, and words. */
const CHOICES = [
  ["", "the best fixed arm"],
  ["each", "the best arm of each query"],
  ["all", "all fixed arms"],
];

const STRETCH = "stretch";

/** The words for what is chosen. */
export const wordsFor = (against) => CHOICES.find(([value]) => value === against)?.[1] ?? `always ${against.slice("arm:".length)}`;

/** The lines that are asked for, as [name, line, arm]; without an arm where that isn't one. */
export function linesOf(course, best, against) {
  const { against: fixed, best_static: headline, best_of_each: oracle } = course;
  if (against === "each") return [["the best arm of each query", oracle, undefined]];
  if (against === "all") return Object.entries(fixed).map(([arm, line]) => [`always ${arm}`, line, arm]);
  const arm = against.slice("arm:".length);
  if (against && fixed[arm]) return [[`always ${arm}`, fixed[arm], arm]];
  return against ? [] : [[`the best fixed arm, ${best}`, headline, best]];
}

/** Whether stretches are shown, in place of sums. */
export const isApart = ({ by }) => by === STRETCH;

/** What figures of stretches are for. */
export const stretchWords = (per) => (per === 100 ? "per hundred decisions" : `per ${per} decisions`);

export function Views({ values, arms, course, change }) {
  if (!course) return null;
  const choices = [...CHOICES, ...arms.map((arm) => [`arm:${arm}`, `always ${arm}`])];
  const shown = choices.some(([value]) => value === values.against) ? choices : [...choices, [values.against, wordsFor(values.against)]];
  const by = (value, words) => html`<label><input type="radio" name="by" value=${value} checked=${values.by === value} onChange=${() => change({ by: value })} /> ${words}</label>`;
  return html`
    <fieldset class="controls">
      <legend>Regret</legend>
      <label>Against <select value=${values.against} onChange=${({ target }) => change({ against: target.value })}>
        ${shown.map(([value, words]) => html`<option key=${value} value=${value}>${words}</option>`)}
      </select></label>
      ${by("", "summed")} ${by(STRETCH, course.per === 100 ? stretchWords(100) : "per stretch")}
    </fieldset>
    ${isApart(values) && course.per !== 100 && html`<p class="note">There are fewer than 200 decisions: stretches have fewer than a hundred, and each chart says how many its figures are for.</p>`}`;
}
