// Effects of features on arms as a heat map, which is a table: figures in cells, colours behind them.
import { html, useMemo, useRef, useState } from "../../html.js";
import { figure, Kind, percent, range, State } from "../../parts.js";

const COMPARED = [
  ["arms", "arms in the mean"],
  ["none", "the arm none"],
  ["own", "nothing: the arm's own reward"],
];
const ORDERS = [["strength", "strength"], ["feature", "feature"]];
const WITH = { arms: "than arms in the mean", none: "than the arm none", own: "than it does without" };
const NAMES = { overall: "all questions", bias: "no feature" };
const WHERE = { overall: "over all questions", bias: "over questions with no feature" };
const DARKEST = 46; // percent of colour: the figure must stay readable on it

/** A figure with its sign, if it has one. */
const signed = (value) => (Math.abs(value) < 0.0005 ? figure(0, 3) : `${value < 0 ? "" : "+"}${figure(value, 3)}`);

/**
 * The heat map, with a choice of what is shown. While another comparison is read, figures and words are those of the one
 * before: `wanted` is what was chosen, `of.against` what is there.
 */
export function Effects({ of, wanted, compare, busy }) {
  const { against } = of;
  const [order, sort] = useState("strength");
  const [at, look] = useState({}); // a place, not a cell: its figures are always those that stand in the map
  const rows = useMemo(() => rowsOf(of, order), [of, order]);
  const arms = useMemo(() => armsOf(of), [of]);
  const here = rows.find(([feature]) => feature === at.feature)?.[1][at.arm];
  const largest = Math.max(...of.effects.map(({ mean }) => Math.abs(mean)), 1e-9);
  const clear = of.effects.filter((each) => each.clear).length;
  const choice = html`
    <p class="choices">
      <label>Compared with <${Choice} value=${wanted} of=${COMPARED} choose=${compare} /></label>
      <label>Sorted by <${Choice} value=${order} of=${ORDERS} choose=${sort} /></label>
      ${busy && html`<span class="note" aria-busy="true">Reading …</span>`}
    </p>`;
  if (!of.effects.length) return html`<div>${choice}<${State} title="Nothing to compare yet">${missing(against)}<//></div>`;
  return html`<div>
    ${choice}
    <p class="note"><${Kind} of=${of.kind} /> from the newest ${of.looked_at} decisions, in units of the reward.
      ${" "}<strong>Bold with *</strong>: the ${percent(of.level)} interval excludes 0;
      of these ${clear} features' effects ${figure(of.expected_wrong, 1)} are to be expected to have the wrong sign.</p>
    <p class="legend" aria-hidden="true">
      <span class="tint loss" style=${`--tint: ${DARKEST}%`}>${signed(-largest)}</span>
      <span class="tint">0</span>
      <span class="tint gain" style=${`--tint: ${DARKEST}%`}>${signed(largest)}</span>
    </p>
    <p class="told">${here ? told(here, of, against) : "A cell that is pointed at, or reached with the arrow keys, is told in words here."}</p>
    <${Heat} rows=${rows} arms=${arms} largest=${largest} against=${against} look=${look} />
  </div>`;
}

const Choice = ({ value, of, choose }) => html`<select value=${value} onChange=${(event) => choose(event.target.value)}>
  ${of.map(([each, name]) => html`<option key=${each} value=${each}>${name}</option>`)}
</select>`;

const missing = (against) =>
  against === "none"
    ? html`Effects against <code>none</code> take rewards of that arm and of another one. Compare with something else, or reward more decisions.`
    : html`Effects take rewards of at least two arms. Reward decisions: <code>POST /api/v1/decisions/DECISION/reward</code>.`;

/** Arms in columns: the one with most rewards first. */
function armsOf({ arms, effects }) {
  const told = new Set(effects.map(({ arm }) => arm));
  return arms.map(({ arm }) => arm).filter((arm) => told.has(arm));
}

/** Features in rows, all questions first. */
function rowsOf({ overall, effects }, order) {
  const rows = new Map();
  for (const each of effects) rows.set(each.feature, { ...rows.get(each.feature), [each.arm]: each });
  const strength = ([, cells]) => Math.max(...Object.values(cells).map(({ mean }) => Math.abs(mean)));
  const sorted = [...rows].sort(order === "strength" ? (a, b) => strength(b) - strength(a) : ([a], [b]) => a.localeCompare(b));
  const all = overall.length ? [["overall", Object.fromEntries(overall.map((each) => [each.arm, each]))]] : [];
  return [...all, ...sorted.filter(([name]) => name === "bias"), ...sorted.filter(([name]) => name !== "bias")];
}

/** A cell in words. */
function told({ arm, feature, mean, margin, rewards, wrong_sign: wrong, clear }, { level }, against) {
  const where = WHERE[feature] ?? `where ${feature} is present`;
  const earns = `earns ${figure(Math.abs(mean), 3)} ${mean < 0 ? "less" : "more"} ${WITH[against]}`;
  const interval = `${percent(level)}: ${range(mean - margin, mean + margin, 3)}, which ${clear ? "excludes" : "holds"} 0`;
  const evidence = `${rewards} rewards of the arm with it; wrong sign with a chance of ${percent(wrong, 1)}`;
  return html`<strong>${arm}</strong>, ${where}: ${earns}; ${interval}. Evidence: ${evidence}.`;
}

/** The table. One cell is in the order of tabs; arrow keys lead on from it, as in a sheet. */
function Heat({ rows, arms, largest, against, look }) {
  const [at, go] = useState([0, 0]);
  const table = useRef(null);
  const stop = [Math.min(at[0], rows.length - 1), Math.min(at[1], arms.length - 1)];
  const step = (event) => {
    const by = STEPS[event.key];
    if (!by) return;
    event.preventDefault();
    const next = [bounded(stop[0] + by[0], rows.length), bounded(stop[1] + by[1], arms.length)];
    go(next);
    table.current.tBodies[0].rows[next[0]].cells[next[1] + 1].focus();
  };
  const caption = `Effects of features on arms, compared with ${COMPARED.find(([value]) => value === against)[1]}`;
  return html`
    <div class="scroll heat" role="region" aria-label=${caption}>
      <table ref=${table} onKeyDown=${step} role="grid">
        <caption><span>${caption}</span></caption>
        <thead><tr><th scope="col">feature</th>${arms.map((arm) => html`<th scope="col" class="number" key=${arm}>${arm}</th>`)}</tr></thead>
        <tbody>${rows.map(([feature, cells], row) => html`<tr key=${feature}>
          <th scope="row">${NAMES[feature] ?? breakable(feature)}</th>
          ${arms.map((arm, column) => {
            const stops = row === stop[0] && column === stop[1];
            return html`<${Cell} key=${arm} of=${cells[arm]} largest=${largest} stop=${stops} look=${() => look({ arm, feature })} reached=${() => go([row, column])} />`;
          })}
        </tr>`)}</tbody>
      </table>
    </div>`;
}

/** A name of several words, which a narrow window may break between them. */
const breakable = (name) => name.split(/(?<=_)/).map((word) => [word, html`<wbr />`]);

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -Infinity], End: [0, Infinity] };
const bounded = (number, count) => Math.min(Math.max(number, 0), count - 1);

function Cell({ of, largest, stop, look, reached }) {
  const focused = () => {
    look();
    reached();
  };
  if (!of) return html`<td class="number" role="gridcell" tabindex=${stop ? 0 : -1} onFocus=${focused} onMouseEnter=${look}>–</td>`;
  const tint = `--tint: ${Math.min(DARKEST, (DARKEST * Math.abs(of.mean)) / largest).toFixed(1)}%`;
  const kind = `number tint ${of.mean < 0 ? "loss" : "gain"}${of.clear ? " clear" : ""}`;
  const more = ` ± ${figure(of.margin, 3)}, ${of.clear ? "clear, " : ""}${of.rewards} rewards`;
  return html`<td class=${kind} style=${tint} role="gridcell" tabindex=${stop ? 0 : -1} onFocus=${focused} onMouseEnter=${look}>
    ${signed(of.mean)}${of.clear ? "*" : ""}<span class="unseen">${more}</span>
  </td>`;
}
