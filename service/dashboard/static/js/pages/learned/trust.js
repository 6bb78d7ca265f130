// Whether a log can be trusted: has the world changed, are rewards what was expected, how much is the log worth.
import { html } from "../../html.js";
import { figure, Figures, Kind, percent, State, Table } from "../../parts.js";
import { When } from "../../writing.js";

const LITTLE = 0.05; // an error of calibration that moves few draws, though it be no chance
const FEW = 50; // effective rewards below which an estimate by propensities is rough

/** What is to be thought of a log, in words and figures. */
export function Trust({ of: { health, rewarded, looked_at: looked } }) {
  const { calibration, alarms, effective } = health;
  const there = calibration.kind !== "unavailable";
  const chance = there ? `by chance below ${figure(calibration.error_by_chance, 3)}` : "no reward yet";
  return html`<div>
    <p class="note">Of the newest ${looked} decisions, ${rewarded} of them rewarded.</p>
    <${Figures} of=${[
      ["alarms of drift", alarms.length, alarms.length ? "the world seems to have changed" : "none"],
      ["calibration error", there ? figure(calibration.error, 3) : "–", chance],
      ["effective rewards", figure(effective, 0), `of ${rewarded}, weighed by propensity`],
    ]} />
    <${Verdicts} of=${verdicts(health)} />
    ${alarms.length > 0 && html`<${Table} caption="Alarms of drift" rows=${alarms} rowKey=${({ decision }) => decision}
      columns=${[
        ["raised by the reward of", ({ decision }) => html`<${Decision} id=${decision} />`],
        ["made", ({ at_ms: at }) => html`<${When} ms=${at} />`],
        ["so since", ({ began }) => html`<${Decision} id=${began} />`],
        ["made", ({ began_ms: at }) => html`<${When} ms=${at} />`],
      ]} />`}
    ${there && html`<${Calibration} of=${calibration} />`}
  </div>`;
}

const Decision = ({ id }) => html`<a href=${`#/decision/${encodeURIComponent(id)}`}><code>${id}</code></a>`;

/** What is amiss and what to do about it: {bad, title, text} each. */
export function verdicts({ alarms, calibration, effective_arms: worth }) {
  const found = [];
  const add = (title, bad, ...sentences) => found.push({ title, bad, text: sentences.join(" ") });
  if (alarms.length) add("The world changed", true, "Rewards lay further from what was expected than chance explains.", AFTER_ALARM);
  if (calibration.kind === "unavailable") add("Nothing to calibrate", false, `Nothing can be told: ${calibration.reason}.`, GIVE);
  else calibrated(calibration, add);
  const rough = Object.entries(worth).filter(([, size]) => size < FEW).map(([arm, size]) => `${arm} (${figure(size, 0)})`);
  if (rough.length) add("Little evidence of some arms", false, `Fewer than ${FEW} effective rewards: ${rough.join(", ")}.`, MORE_EVIDENCE);
  if (!found.length) add("Nothing is amiss", false, "No alarm; rewards are what was expected of them.");
  return found;
}

const GIVE = "Reward decisions: POST /api/v1/decisions/DECISION/reward.";
const AFTER_ALARM =
  "The default policy lets older rewards fade after an alarm by itself; what was learned before it is of the old world. " +
  "Look at decisions since: is there a new model, another kind of question, another judge or criterion?";
const MORE_EVIDENCE = "What they would earn alone is rough; a higher floor of propensities (RIFFLER_POLICY_FLOOR) collects more.";

function calibrated({ error, error_by_chance: chance, coverages }, add) {
  const [by, at_most] = [figure(error, 3), figure(chance, 3)];
  if (error > chance && error > LITTLE) {
    add("Rewards aren't what was expected", true, `They lie ${by} off in the mean, and chance explains ${at_most} at most.`,
      "Regret that is estimated by the model is off by about as much: go by audited figures, and see which bins are off.");
  } else if (error > chance) {
    add("Calibrated, but for a little", false, `Rewards lie ${by} off what was expected, more than chance explains (${at_most})`,
      "and too little to move many draws. Long logs are never quite within chance.");
  }
  const off = coverages.filter(({ plausible, enough }) => enough && !plausible).map(({ level, share }) => `${percent(level)} hold ${percent(share, 1)}`);
  if (off.length) {
    add("Predicted intervals are of another width", false, `Those of ${off.join(", of ")} of rewards.`,
      "Rewards that are nearly always 0 or 1 do that: a draw goes by the means, which the bins show.");
  }
}

const Verdicts = ({ of }) => html`<div>${of.map(({ bad, title, text }) => html`<${State} key=${title} title=${title} bad=${bad}>${text}<//>`)}</div>`;

/** Whether more than chance lies between what was expected in a bin and what came. */
const isOff = ({ predicted, came, band }) => Math.abs(came - predicted) > band;

/** What was expected against what came, with its figures. */
function Calibration({ of }) {
  const few = of.bins.filter(({ enough }) => !enough).length;
  return html`<div>
    <h3>Calibration <${Kind} of=${of.kind} /></h3>
    <p class="note">Each of ${of.count} rewards was predicted from those before it, by the default policy's model.
      A point on the dashed line came as expected; its bar is how far chance may move it.
      ${few > 0 && ` In ${few === 1 ? "one bin" : `${few} bins`} rewards are too few to tell.`}</p>
    <div class="beside">
      ${few < of.bins.length && html`<${Curve} bins=${of.bins.filter(({ enough }) => enough)} />`}
      <div>
        <${Table} caption="Rewards by what was expected of them" rows=${of.bins}
          columns=${[
            ["expected", ({ predicted }) => figure(predicted, 3)],
            ["came", ({ came, enough }) => (enough ? figure(came, 3) : "too few"), true],
            ["by chance apart at most", ({ band, enough }) => (enough ? figure(band, 3) : "–"), true],
            ["rewards", ({ count }) => count, true],
            ["verdict", (bin) => (bin.enough ? (isOff(bin) ? "off" : "as expected") : "")],
          ]} />
        <${Table} caption="Rewards inside their predicted intervals" rows=${of.coverages}
          columns=${[
            ["should be", ({ level }) => percent(level)],
            ["were", ({ share, enough }) => (enough ? percent(share, 1) : "too few"), true],
            ["verdict", ({ plausible, enough }) => (enough ? (plausible ? "as expected" : "off") : "")],
          ]} />
      </div>
    </div>
  </div>`;
}

const SIZE = 260;
const EDGE = 28;
const WHAT = "What came over what was expected; the figures are in the table";

/** The picture: points on the diagonal came as expected; a bar is how far chance may move them. */
function Curve({ bins }) {
  const at = (value) => EDGE + value * (SIZE - 2 * EDGE);
  const up = (value) => SIZE - at(value);
  const most = Math.max(...bins.map(({ count }) => count));
  return html`
    <svg class="curve" viewBox=${`0 0 ${SIZE} ${SIZE}`} width=${SIZE} height=${SIZE} role="img" aria-label=${WHAT}>
      <path class="frame" d=${`M${at(0)} ${up(1)}V${up(0)}H${at(1)}`} />
      <path class="diagonal" d=${`M${at(0)} ${up(0)}L${at(1)} ${up(1)}`} />
      ${bins.map((bin) => html`<g key=${bin.predicted} class=${isOff(bin) ? "off" : ""}>
        <path class="band" d=${`M${at(bin.predicted)} ${up(Math.max(bin.predicted - bin.band, 0))}V${up(Math.min(bin.predicted + bin.band, 1))}`} />
        <circle cx=${at(bin.predicted)} cy=${up(bin.came)} r=${2 + 3 * Math.sqrt(bin.count / most)} />
      </g>`)}
      <text x=${at(0)} y=${SIZE - 10}>0</text>
      <text x=${at(1)} y=${SIZE - 10} text-anchor="end">1</text>
      <text x=${SIZE / 2} y=${SIZE - 10} text-anchor="middle">expected</text>
      <text x="4" y=${up(1) - 8}>came</text>
    </svg>`;
}
