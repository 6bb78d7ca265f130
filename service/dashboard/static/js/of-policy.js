// A page of one policy, with a choice among them.
import { read } from "./api.js";
import { useTitle } from "./frame/title.js";
import { html, useEffect, useState } from "./html.js";
import { Shown, State, Table } from "./parts.js";
import { useReading } from "./reading.js";

const ALL = "";

/** A page of one policy; without one in the address it is the policy that decided last. `keep` is told of one that is there. */
export function OfPolicy({ here, digest, parts, keep }) {
  const named = digest || undefined; // nothing stands behind a slash at an address' end
  const policies = useReading((signal) => read("policies", {}, signal), [], ["decisions"]);
  const none = (list) => list.length === 0 && html`<${State} title="No decision yet">Ask something: <code>riffler ask "…"</code>, or <code>POST /api/v1/ask</code>. <code>make demo</code> fills these pages.<//>`;
  return html`<${Shown} reading=${policies} empty=${none}>${(list) => html`<${Chosen} here=${here} list=${list} digest=${named ?? list[0].digest} parts=${parts} keep=${named && keep} />`}<//>`;
}

function Chosen({ here: { name, title, Page }, list, digest, parts, keep }) {
  const policy = list.find((each) => each.digest === digest);
  useTitle(title, policy ? `${policy.model}, ${digest}` : digest);
  useEffect(() => {
    if (policy) keep?.(digest);
  }, [policy === undefined, digest, keep]);
  const engines = [...new Set(list.map(({ engine }) => engine))].sort();
  const [only, narrow] = useState(ALL);
  const engine = only === ALL || policy === undefined || policy.engine === only ? only : ALL; // the address may name one of another engine
  const go = (to) => {
    location.hash = `#/${name}/${encodeURIComponent(to)}`;
  };
  const pickedEngine = ({ target: { value } }) => {
    narrow(value);
    if (value !== ALL && policy?.engine !== value) go(list.find((each) => each.engine === value).digest);
  };
  return html`
    <p class="controls">
      <label>Engine <select value=${engine} onChange=${pickedEngine}>
        <option value=${ALL}>all engines</option>
        ${engines.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
      </select></label>
      <label>Policy <select value=${policy ? digest : ""} onChange=${({ target }) => go(target.value)}>
        ${!policy && html`<option value="" disabled>choose one</option>`}
        ${engines.filter((each) => engine === ALL || each === engine).map((each) => html`<${Group} key=${each} engine=${each} list=${list} />`)}
      </select></label>
    </p>
    ${policy ? html`<${Versions} of=${policy} /><${Page} digest=${digest} policy=${policy} parts=${parts} />` : html`<${Unknown} digest=${digest} name=${name} />`}`;
}

const Unknown = ({ digest, name }) => html`
  <${State} title="No such policy" bad=${true}>
    There is no policy <code>${digest}</code>: its log may have been deleted, or its name in the address is another one.
    Choose one above, or see <a href=${`#/${name}`}>the one that decided last</a>.
  <//>`;

/** The name of a policy, and then its settings. */
const versionOf = ({ policy_version: version }) => version.split(";");

function Versions({ of }) {
  const settings = versionOf(of).slice(1).map((each) => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)]);
  const rows = [["arms", of.arms_version], ["features", of.features_version], ...settings];
  return html`<details><summary>Versions and settings</summary>
    <${Table} caption="What this policy is told apart by" rows=${rows} rowKey=${([name]) => name} columns=${[["name", ([name]) => name], ["value", ([, value]) => html`<code>${value}</code>`]]} />
  </details>`;
}

const Group = ({ engine, list }) => html`
  <optgroup label=${engine}>
    ${list.filter((each) => each.engine === engine).map((each) => html`<option key=${each.digest} value=${each.digest}>${[each.model, versionOf(each)[0], each.digest].join(", ")}</option>`)}
  </optgroup>`;
