// The three ways to know regret, each by itself: a chart, and the figures against every choice.
import { Lines } from "../../chart.js";
import { html, useMemo } from "../../html.js";
import { figure, Kind, percent, range, State, Table } from "../../parts.js";
import { isApart, linesOf, stretchWords, wordsFor } from "./views.js";

const count = (number) => number.toLocaleString("en");

/** Who judged, with how many each where there are several: their scores don't compare. */
function judgesOf({ judges }) {
  const told = Object.entries(judges);
  return told.length === 1 ? told[0][0] : `${told.map(([judge, times]) => `${judge} (${count(times)})`).join(", ")}, whose scores don't compare`;
}

/** Regret that is true: every arm was run. */
export function Known({ of, values, looks }) {
  if (of.kind === "unavailable") {
    return html`<h2>True regret</h2><${State} title="Not known">${of.reason}. It is known of queries that were asked with every arm, as in <code>riffler demo</code>.<//>`;
  }
  return html`
    <h2>True regret, against ${wordsFor(values.against)} <${Kind} of="true" /></h2>
    <p class="note">
      Of ${count(of.rounds)} of ${count(of.rewarded)} rewarded decisions: those that were run on all arms that they could have drawn, judged by ${judgesOf(of)}.
      Nothing is uncertain of them, so there is no interval${of.rounds < of.rewarded ? "; of the others it says nothing" : ""}.
    </p>
    <${Course} kind="True" of=${of} values=${values} looks=${looks} which="decisions run on all arms" />`;
}

/** Regret of a random share that was run on all arms. */
export function Audited({ of, values, looks, selected }) {
  if (of.kind === "unavailable") {
    return html`<h2>Audited regret</h2><${State} title="Not measured">${of.reason}. The setting <code>RIFFLER_AUDIT_SHARE</code> says which share of questions is run on all arms.<//>`;
  }
  return html`
    <h2>Audited regret, against ${wordsFor(values.against)} <${Kind} of="audited" /></h2>
    <p class="note">
      From ${count(of.audits)} of ${count(selected)} decisions that were run on all arms, judged by ${judgesOf(of)}, for all ${count(selected)}.
      Each interval holds with ${percent(of.level)} whatever the rewards are; where few audits fall into a part it is wide.
    </p>
    <${Course} kind="Audited" of=${of} values=${values} looks=${looks} />`;
}

/** Regret by the posterior. */
export function Estimated({ of, values, looks, selected }) {
  if (of.kind === "unavailable") return html`<h2>Estimated regret</h2><${State} title="No estimate">${of.reason}.<//>`;
  return html`
    <h2>Estimated regret, against ${wordsFor(values.against)} <${Kind} of="estimated" /></h2>
    <p class="note">From the posterior of ${count(of.rewards)} rewards, those of all decisions looked at, for all ${count(selected)} selected; ${percent(of.level)} of it in each interval: as right as a linear model of rewards is.</p>
    <${Course} kind="Estimated" of=${of} values=${values} looks=${looks} />`;
}

function Course({ kind, of, values, looks, which = "decisions" }) {
  const { course, best_static: best } = of;
  const apart = isApart(values);
  const chosen = linesOf(course, best, values.against);
  const lines = useMemo(
    () =>
      chosen.map(([name, line, arm]) => {
        const { mean, low, high } = apart ? line.apart : line.summed;
        const band = low && chosen.length === 1 ? { lows: low, highs: high } : {}; // bands of many lines hide each other
        return { name, values: mean, ...band, look: arm === undefined ? undefined : looks.get(arm) };
      }),
    [course, values.against, apart, looks],
  );
  const [x, xName] = apart ? [course.ends, "end of the stretch, in decisions"] : [course.points, "decisions"];
  const words = apart ? stretchWords(course.per) : "summed over decisions";
  const there = lines.length > 0;
  return html`
    <div class="with-figures">
      ${there ? html`<${Lines} title=${`${kind} regret, ${words}`} x=${x} xName=${xName} lines=${lines} digits=${3} />` : html`<${State} title="This arm was never there">Choose another one above.<//>`}
      <${Totals} kind=${kind} of=${of} which=${which} />
    </div>`;
}

/** Against each choice: over all decisions, and per hundred of them. */
function Totals({ kind, of: { course, best_static: best }, which }) {
  const lines = [...linesOf(course, best, ""), ...linesOf(course, best, "all"), ...linesOf(course, best, "each")];
  const last = ([, { summed }]) => [summed.mean, summed.low, summed.high].map((each) => each?.at(-1));
  const decisions = course.points.at(-1);
  const hundred = (lost) => (100 * lost) / decisions;
  const uncertain = course.best_static.summed.low !== null;
  return html`<${Table} caption=${`${kind} regret over all ${count(decisions)} ${which}, in units of the reward`}
    rows=${lines} rowKey=${([name]) => name}
    columns=${[
      ["against", ([name]) => name],
      ["lost", (row) => figure(last(row)[0], 3), true],
      ...(uncertain ? [["interval", (row) => range(last(row)[1], last(row)[2], 3), true]] : []),
      ["a hundred decisions", (row) => figure(hundred(last(row)[0]), 3), true],
      ...(uncertain ? [["interval of a hundred", (row) => range(hundred(last(row)[1]), hundred(last(row)[2]), 3), true]] : []),
    ]} />`;
}
