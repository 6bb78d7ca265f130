// What other policies would have earned on the questions of a log: one asked for after the other, as each takes a second.
import { read } from "../../api.js";
import { html, useEffect, useMemo, useRef, useState } from "../../html.js";
import { Interval, scaleOf } from "../../interval.js";
import { useMending } from "../../mending.js";
import { Failure, figure, Kind, percent, range, Table } from "../../parts.js";
import { passes } from "../../reading.js";

/** The names that the setting `policy` takes, as bandits/policies/named.py has them; a test holds them together. */
export const POLICIES = [
  "adaptive-thompson", "linear-thompson", "hybrid-thompson", "lin-ucb", "information-directed", "gaussian-thompson", "exp3", "tsallis-inf",
];

const fixed = (arm) => `fixed:${arm}`;

/** Fixed arms, `none` first, and whatever else is chosen. */
export function Compared({ digest, arms, rewarded }) {
  const others = useMemo(() => arms.map(({ arm }) => arm).sort((a, b) => (b === "none") - (a === "none")).map(fixed), [arms]);
  const [wanted, want] = useState(others);
  const { found, failed, asking, again } = useEach(digest, wanted);
  const choice = useRef(null);
  const names = [...POLICIES, ...others].filter((name) => !wanted.includes(name));
  const add = (event) => {
    event.preventDefault(); // the page stays: it asks the API itself
    const name = choice.current.value;
    if (name) want((before) => [...before, name]);
  };
  const rows = wanted.filter((name) => found.has(name)).map((name) => [name, found.get(name)]);
  return html`<div>
    <p class="note"><${Kind} of="estimated" /> from ${rewarded} rewards of this log, by weighing them with the propensities that their
      draws had (doubly robust). A row's difference is against what this log's own policy earned, both without the luck of draws.</p>
    <form class="choices" onSubmit=${add}>
      <label>Another policy <select ref=${choice}>${names.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}</select></label>
      <button type="submit" disabled=${!names.length}>Compare</button>
      ${asking && html`<${Asking} name=${asking} done=${rows.length + failed.size} of=${wanted.length} />`}
    </form>
    ${alike(failed).map(([error, these]) => html`<${Failure} key=${error.message} error=${error} again=${() => again(these)} />`)}
    ${rows.length > 0 && html`<${Values} rows=${rows} />`}
  </div>`;
}

const Asking = ({ name, done, of }) => html`<span class="note" role="status" aria-busy="true">
  Asking for ${name}: ${done + 1} of ${of}${" "}<progress aria-label="Policies asked for" max=${of} value=${done}></progress>
</span>`;

/** What failed, once for all names that failed alike: [error, names]. */
function alike(failed) {
  const found = new Map();
  for (const [name, error] of failed) {
    const [first, names] = found.get(error.message) ?? [error, []];
    found.set(error.message, [first, [...names, name]]);
  }
  return [...found.values()];
}

/** Ask for each of the names in turn. Gives what was found and what failed, by name, and which is asked for now. */
function useEach(digest, names) {
  const [found, keep] = useState(new Map());
  const [failed, fail] = useState(new Map());
  const next = names.find((name) => !found.has(name) && !failed.has(name));
  useEffect(() => {
    if (next === undefined) return undefined;
    const gone = new AbortController();
    read(`policies/${encodeURIComponent(digest)}/ope`, { policy: next }, gone.signal).then(
      ({ other }) => keep((before) => new Map(before).set(next, other)),
      (error) => gone.signal.aborted || fail((before) => new Map(before).set(next, error)),
    );
    return () => gone.abort();
  }, [digest, next]);
  const again = (these) => fail((before) => new Map([...before].filter(([name]) => !these.includes(name))));
  const passing = [...failed].filter(([, error]) => passes(error));
  useMending(passing[0]?.[1], () => again(passing.map(([name]) => name)));
  return { found, failed, asking: next, again };
}

/** All that were asked for in one picture, on one scale, with their figures. */
function Values({ rows }) {
  const [, { logged, earned, level }] = rows[0];
  const own = ["this log's policy", { doubly_robust: logged, own: true, effective_rows: rows[0][1].rows, warnings: [] }];
  const all = [own, ...rows];
  const caption = `What policies would have earned a decision; this log's earned ${figure(earned, 3)}, the luck of its draws included`;
  const scale = scaleOf(all.flatMap(([, { doubly_robust: each }]) => [each.low, each.high, each.value]));
  const warned = rows.filter(([, { warnings }]) => warnings.length);
  return html`<div class="dense">
    <${Table} caption=${caption} rows=${all} rowKey=${([name]) => name}
      columns=${[
        ["policy", ([name]) => name],
        [`${figure(scale.low)} to ${figure(scale.high)}`, ([, { doubly_robust: each, own: mine }]) => html`
          <${Interval} scale=${scale} value=${each.value} low=${each.low} high=${each.high} mark=${logged.value} strong=${mine} />`],
        ["would earn", ([, { doubly_robust: each }]) => figure(each.value, 3), true],
        [percent(level), ([, { doubly_robust: each }]) => range(each.low, each.high, 3), true],
        ["difference", ([, { difference }]) => (difference ? figure(difference.value, 3) : "–"), true],
        [`${percent(level)} of it`, ([, { difference }]) => (difference ? apart(difference) : "–"), true],
        ["effective rewards", ([, each]) => figure(each.effective_rows, 0), true],
        ["kind", () => html`<${Kind} of="estimated" />`],
        ["trust", ([, { warnings }]) => (warnings.length ? "see below" : "supported")],
      ]} />
    <p class="note">The line is this log's policy. * the interval of the difference excludes 0.
      Effective rewards: so many draws of the policy's own would tell as much.</p>
    ${warned.length > 0 && html`<ul class="note">
      ${warned.map(([name, { warnings }]) => html`<li key=${name}><strong>${name}</strong>: ${warnings.join("; ")}.</li>`)}
    </ul>`}
  </div>`;
}

const apart = ({ low, high }) => `${range(low, high, 3)}${low > 0 || high < 0 ? "*" : ""}`;
