// One decision, explained: what was asked, what could be drawn, what its scores are made of, and what became of it.
import { read } from "../api.js";
import { html, useMemo } from "../html.js";
import { figure, Figures, percent, Shown, State, Table } from "../parts.js";
import { useReading } from "../reading.js";
import { When } from "../writing.js";
import { Rewrite } from "./decision/rewrite.js";
import { Scores } from "./decision/scores.js";

/** The page of one decision: `#/decision/ID`. */
export function Decision({ parts: [id] }) {
  if (id) return html`<${One} key=${id} id=${id} />`;
  return html`<${State} title="Which decision?">
    <p>Open one from the list under <a href="#/learned">What it learned</a>; an answer names its own in <code>rewriting.decision</code>.</p>
  <//>`;
}

function One({ id }) {
  const path = `decisions/${encodeURIComponent(id)}`;
  const logged = useReading((signal) => read(path, {}, signal), [id], ["decisions"]);
  const rewrite = useReading((signal) => read(`${path}/rewrite`, {}, signal), [id]);
  const draw = useReading((signal) => read(`${path}/explanation`, {}, signal), [id]);
  // An id that is no decision's is said once, not once a part.
  if (logged.error && !logged.value) return html`<div class="learned"><p class="lead"><code>${id}</code></p><${Shown} reading=${logged} /></div>`;
  return html`<div class="learned">
    <p class="lead"><code>${id}</code></p>
    <section><${Shown} reading=${logged}>${(found) => html`<${Became} of=${found} version=${rewrite.value?.version} />`}<//></section>
    <section>
      <h2>The question and its rewrite</h2>
      <${Shown} reading=${rewrite}>${(found) => html`<${Rewrite} of=${found} guard=${logged.value?.unexecuted} arm=${logged.value?.arm} />`}<//>
    </section>
    <section>${logged.value && html`<${Rewarded} of=${logged.value} />`}</section>
    <section>
      <h2>What the policy read, and what could be drawn</h2>
      <${Shown} reading=${draw}>${(found) => html`<div><${Read} x=${found.x} /><${Scores} of=${found} /></div>`}<//>
    </section>
  </div>`;
}

/** What was drawn and what came of it. */
function Became({ of, version }) {
  const chance = of.propensities[of.arm];
  const session = of.session && ["#/session", encodeURIComponent(of.session), ...(version == null ? [] : [version])].join("/");
  const at = version == null ? "" : ` at version ${version}, as the model was given it`;
  return html`<div>
    <${Figures} of=${[
      ["arm drawn", of.arm, `with a chance of ${percent(chance, 1)}`],
      ["reward", of.reward === null ? of.state : figure(of.reward, 3), of.reward === null ? STATES[of.state] : `from ${of.source}`],
      ["tokens of the turn", of.cost ? of.cost.tokens : "–", of.cost ? `${figure(of.cost.ms, 0)} ms` : "not told"],
    ]} />
    <p>Made <${When} ms=${of.at_ms} /> by ${of.policy}${session && html`; <a href=${session}>session <bdi>${of.session}</bdi>${at}</a>`}.</p>
    ${of.unexecuted && html`<${State} title="The arm's text didn't go on">
      <p>The model got the question as it came. ${of.unexecuted}. The reward goes to the arm drawn all the same.</p>
    <//>`}
    <details><summary>Versions</summary><p>Policy ${of.policy_version}; features ${of.features_version}</p></details>
  </div>`;
}

const STATES = { open: "waits for its reward", void: "its call failed: it gets none", rewarded: "" };

/** What a reward was made of. */
function Rewarded({ of: { decision, state, reward, source, parts, criterion, judge } }) {
  if (reward === null) return html`<div><h2>Reward</h2>${state === "void" ? html`<${Never} />` : html`<${Waits} decision=${decision} />`}</div>`;
  return html`<div>
    <h2>Reward</h2>
    <p>${figure(reward, 3)}, from ${source}${judge && html`; judged by ${judge}`}${criterion && html`, by the criterion ${criterion}`}.</p>
    ${Object.keys(parts).length > 0 && html`<${Table} caption="What the reward was made of" rows=${Object.entries(parts)} columns=${PARTS} />`}
  </div>`;
}

const PARTS = [["part", ([name]) => name], ["figure", ([, value]) => figure(value, 3), true]];
const Never = () => html`<${State} title="None, ever">The call of the model failed, so that nothing is learned from it.<//>`;
const Waits = ({ decision }) => html`<${State} title="Not rewarded yet">
  <p>Give one: <code>riffler reward ${decision} 0.8</code>, or <code>POST /api/v1/decisions/${decision}/reward</code>.</p>
<//>`;

const FEATURES = [["feature", ([name]) => name], ["value", ([, value]) => figure(value, 3), true]];
const Silence = () => html`<p>No feature speaks: arms differ by what they earn without any.</p>`;

/** Features that speak, and below them those that don't. */
function Read({ x }) {
  const [loud, silent] = useMemo(() => {
    const all = Object.entries(x).filter(([name]) => name !== "bias");
    return [all.filter(([, value]) => value !== 0), all.filter(([, value]) => value === 0).map(([name]) => name)];
  }, [x]);
  return html`<div>
    ${loud.length ? html`<${Table} caption="Features that speak" rows=${loud} rowKey=${([name]) => name} columns=${FEATURES} />` : html`<${Silence} />`}
    ${silent.length > 0 && html`<details><summary>${silent.length} features are absent or unknown</summary><p>${silent.join(", ")}</p></details>`}
  </div>`;
}
