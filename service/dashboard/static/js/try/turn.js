// One question on its way: what arrived, the arm, each step, the answer, what it took; and a thumb for it.
import { html, useEffect, useMemo, useState } from "../html.js";
import { Failure, Figures, Kind, Table } from "../parts.js";
import { thumb } from "./talk.js";
import { count, percent, seconds, setOut, Text } from "./words.js";

const [SHORT, HEADING] = [600, 300];

/** A turn; `changes` counts what happened to it, so that older ones aren't worked out anew. */
export const Turn = ({ turn, changes, number }) => useMemo(() => html`
  <article class="turn" aria-labelledby=${`turn-${number}`}>
    <${Question} of=${turn.question} id=${`turn-${number}`} />
    <ol class="steps">
      ${turn.arrived && html`<${Arrived} of=${turn.arrived} characters=${turn.characters} />`}
      ${turn.rewriting && html`<${Rewriting} of=${turn.rewriting} />`}
      ${turn.steps.map((step) => html`<${Step} key=${step.number} of=${step} />`)}
      ${turn.state === "asking" && html`<li class="note">${turn.arrived ? "working" : "on its way"} <${Clock} since=${turn.began} /></li>`}
    </ol>
    ${(turn.answer || turn.text) && html`<h3>Answer</h3><${Text} of=${turn.answer?.text ?? turn.text} plain />`}
    ${turn.state === "stopped" && html`
      <p class="note">
        Stopped after ${seconds(turn.took)}. A session that this question would have made is gone;
        one that was there keeps the question, and the steps made so far.
      </p>`}
    ${turn.state === "failed" && html`<${Failure} error=${turn.error} />`}
    ${turn.answer && html`<${Answered} turn=${turn} of=${turn.answer} />`}
  </article>`, [turn, changes, number]);

const Question = ({ of, id }) => html`
  <h2 id=${id} dir="auto">${of.slice(0, HEADING)}${of.length > HEADING && " …"}</h2>
  ${of.length > HEADING && html`<details><summary>the whole question, ${count(of.length)} characters</summary><${Text} of=${of} plain /></details>`}`;

function Arrived({ of, characters }) {
  const said = [`${count(of.conversation_tokens)} tokens in the conversation`];
  if (characters) said.push(`${count(characters)} characters of new text`);
  if (of.folded) said.push(`${count(of.folded)} fragments folded to make it fit`);
  return html`<li><strong>arrived</strong> ${said.join("; ")}</li>`;
}

function Rewriting({ of }) {
  const drawn = Object.entries(of.propensities).sort(([, one], [, other]) => other - one);
  const columns = [
    ["arm", ([arm]) => arm],
    ["propensity", ([, value]) => percent(value, 1), true],
    ["", ([, value]) => html`<${Bar} share=${value} />`],
  ];
  return html`<li>
    <strong>rewriting</strong> arm <code>${of.arm}</code> drawn, at ${percent(of.propensity, 1)}${of.note && html`. <span dir="auto">${of.note}</span>`}
    ${of.rewritten !== of.query && html`
      <dl class="both">
        <dt>asked</dt><dd><${Text} of=${of.query} plain /></dd>
        <dt>goes on as</dt><dd><${Text} of=${of.rewritten} plain /></dd>
      </dl>`}
    <details><summary>propensities of ${drawn.length} arms</summary>
      <${Table} caption="How likely each arm was" rows=${drawn} rowKey=${([arm]) => arm} columns=${columns} />
    </details>
  </li>`;
}

const Bar = ({ share }) => html`<span class="bar" aria-hidden="true"><span style=${{ inlineSize: `${100 * share}%` }}></span></span>`;

const Step = ({ of }) => html`<li>
  <strong>step ${of.number}</strong> <code>${of.tool}</code>${of.refused && html` <span class="refused">refused</span>`}
  <${Text} of=${setOut(of.arguments)} />
  <details open=${of.reply.length <= SHORT}><summary>reply, ${count(of.reply.length)} characters</summary><${Text} of=${of.reply} /></details>
</li>`;

/** Seconds since it began. Screen readers are told of steps instead. */
function Clock({ since }) {
  const [now, tick] = useState(performance.now());
  useEffect(() => {
    const timer = setInterval(() => tick(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return html`<span aria-hidden="true">${Math.floor(Math.max(0, now - since) / 1000)} s</span>`;
}

function Answered({ turn, of }) {
  const { tokens } = of;
  const unfinished = { length: "It was cut off at its longest.", content_filter: "A filter of the engine ended it." }[of.finish_reason];
  return html`
    ${of.notice && html`<p class="note">${of.notice}</p>`}
    ${unfinished && html`<p class="note">${unfinished} It isn't whole.</p>`}
    ${of.capped && html`<p class="note">The model had used all its steps, and had to answer.</p>`}
    ${of.reasoning && html`
      <details><summary>what it thought before, ${count(of.reasoning.length)} characters</summary><${Text} of=${of.reasoning} plain /></details>`}
    <${Thumb} turn=${turn} />
    <${Figures} of=${[
      ["tokens before", count(tokens.conversation), "the whole conversation, its steps too"],
      ["tokens after", count(tokens.seen), "what the model saw"],
      ["tools", count(tokens.tools), "tokens of their schemas"],
      ["read", count(tokens.prompt), html`tokens by all calls, ${count(tokens.cached)} cached ${tokens.estimated && html`<${Kind} of="estimated" />`}`],
      ["written", count(tokens.completion), "tokens"],
      ["time", seconds(turn.took), "from here and back"],
    ]} />
    <${Times} of=${of.times_ms} />
    <${Links} session=${of.session} version=${of.version} decision=${of.rewriting.decision} />`;
}

const Links = ({ session, version, decision }) => html`<p>
  <a href=${`#/session/${encodeURIComponent(session)}`}>session ${session}</a>, version ${version}
  ${decision && html`; <a href=${`#/decision/${encodeURIComponent(decision)}`}>decision ${decision}</a>`}
</p>`;

function Times({ of }) {
  const parts = Object.entries(of).sort(([, one], [, other]) => other - one);
  const all = parts.reduce((sum, [, ms]) => sum + ms, 0) || 1;
  const columns = [
    ["part", ([name]) => name],
    ["ms", ([, ms]) => ms.toFixed(1), true],
    ["share", ([, ms]) => percent(ms / all), true],
    ["", ([, ms]) => html`<${Bar} share=${ms / all} />`],
  ];
  return html`<details><summary>time by part</summary>
    <${Table} caption="Where the service spent its time" rows=${parts} rowKey=${([name]) => name} columns=${columns} />
  </details>`;
}

function Thumb({ turn }) {
  const { given, refused, became, sending, error } = turn.thumb;
  if (!turn.answer.rewriting.decision) return html`<p class="note">No decision was logged for this question, so there is none to reward.</p>`;
  const give = (feedback, correct) => !sending && thumb(turn, feedback, correct);
  const pressed = (feedback) => given !== feedback && give(feedback, given !== undefined);
  const put = ({ currentTarget }) => {
    currentTarget.parentElement.querySelector(`[data-thumb=${refused}]`).focus(); // its own button goes
    give(refused, true);
  };
  const button = (feedback, sign) => html`
    <button type="button" data-thumb=${feedback} aria-pressed=${given === feedback ? "true" : "false"} onClick=${() => pressed(feedback)}>
      <span aria-hidden="true">${sign}</span> ${feedback}
    </button>`;
  return html`
    <div class="thumb" role="group" aria-label="Was it a good answer?">
      <span>Was it a good answer?</span> ${button("good", "↑")} ${button("bad", "↓")}
      <span class="became">${sending ? "sending …" : became && html`<${Became} of=${became} refused=${refused} />`}</span>
      ${refused && html`<button type="button" onClick=${put}>Put ${refused} in its place</button>`}
    </div>
    ${error && html`<${Failure} error=${error} />`}`;
}

function Became({ of, refused }) {
  if (of.reward === null) return "The decision is void, and gets no reward.";
  const parts = Object.entries(of.parts).map(([name, value]) => `${name} ${value.toFixed(2)}`).join(", ");
  const learned = `${of.reward.toFixed(2)} is learned, from ${of.source}${parts && ` (${parts})`}`;
  return refused ? `It has its reward already: ${learned}.` : `${of.outcome}: ${learned}.`;
}
