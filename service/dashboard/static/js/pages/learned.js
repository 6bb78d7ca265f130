// What a policy learned of arms and features, what others would have earned, and whether to trust its log.
import { read } from "../api.js";
import { html, useState } from "../html.js";
import { Shown, State } from "../parts.js";
import { useReading } from "../reading.js";
import { Compared } from "./learned/compared.js";
import { Effects } from "./learned/effects.js";
import { Decisions } from "./learned/list.js";
import { Trust } from "./learned/trust.js";

/** The page of what one policy learned. */
export const Learned = ({ digest, policy, parts }) => html`<${Page} key=${digest} digest=${digest} policy=${policy} part=${parts[0]} />`;

function Page({ digest, policy, part }) {
  const path = `policies/${encodeURIComponent(digest)}`;
  const [against, compare] = useState("arms");
  // These take a second or more of a processor each: they are read once, and again when asked.
  const arms = useReading((signal) => read(`${path}/arms`, { against }, signal), [digest], [], [against]);
  const status = useReading((signal) => read(path, {}, signal), [digest]);
  const again = () => [arms, status].forEach((each) => each.again());
  return html`
    <div class="learned">
      <p class="lead">How much more an arm earns where a feature is present, what other policies would have earned on the same questions,
        and whether the log can be trusted. <button type="button" onClick=${again}>Read anew</button>${" "}
        <span role="status">${since(policy, status.value)}</span></p>
      <${Part} title="Arms and features">
        <${Shown} reading=${arms}>${(found) => html`<${Effects} of=${found} wanted=${against} compare=${compare} busy=${arms.loading} />`}<//>
      <//>
      <${Part} title="Other policies on these questions">
        <${Shown} reading=${status} empty=${few}>
          ${(found) => html`<${Compared} key=${logOf(found)} digest=${digest} arms=${found.arms} rewarded=${found.rewarded} />`}
        <//>
      <//>
      <${Part} title="Drift and calibration"><${Shown} reading=${status}>${(found) => html`<${Trust} of=${found} />`}<//><//>
      <${Part} title="Decisions"><${Decisions} digest=${digest} part=${part} arms=${status.value?.arms.map(({ arm }) => arm) ?? []} /><//>
    </div>`;
}

/** How much came since the page was read, as the list of policies tells, which is kept up to date. */
function since({ digest, rewards }, read) {
  const more = read && read.policy.digest === digest ? rewards - read.policy.rewards : 0;
  return more > 0 ? `${more} more reward${more === 1 ? "" : "s"} since these figures were read.` : "";
}

/** A part of the page. Each has one root, and so has all that stands in it: what changes can't come to stand elsewhere. */
const Part = ({ title, children }) => html`<section aria-label=${title}><h2>${title}</h2>${children}</section>`;

/** Names a log as it is: another one is compared anew. */
const logOf = ({ policy: { digest, decisions, rewards } }) => `${digest} ${decisions} ${rewards}`;

const few = ({ rewarded }) => rewarded < 2 && html`<${State} title="Too few rewards">
  <p>To compare policies takes at least two decisions with a reward, this log has ${rewarded}.
    Reward some: <code>riffler reward DECISION 0.8</code>, or <code>POST /api/v1/decisions/DECISION/reward</code>.</p>
<//>`;
