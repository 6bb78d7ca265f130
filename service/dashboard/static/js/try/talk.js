// What was asked on this page: in memory alone, so it outlives a look at another page, and ends with the tab.
import { sent } from "../api.js";
import { useEffect, useState } from "../html.js";
import { ask } from "./asking.js";
import { count, percent, seconds } from "./words.js";

/** Of an answer, as many characters as a screen reader is given by itself. */
const SPOKEN = 300;

const talk = { session: undefined, turns: [], running: undefined, said: "", draft: { question: "", text: "", texts: [] } };
const listeners = new Set();
let due = false;

/** Tell who shows it, at most once a frame: an answer may come in thousands of pieces. */
function changed(turn, said) {
  if (turn) turn.changes += 1;
  if (said !== undefined) talk.said = said;
  if (due) return;
  due = true;
  const tell = () => {
    due = false;
    listeners.forEach((listener) => listener({}));
  };
  if (document.hidden) setTimeout(tell, 200);
  else requestAnimationFrame(tell);
}

/** The talk, shown anew whenever it changes. */
export function useTalk() {
  const [, show] = useState({});
  useEffect(() => {
    listeners.add(show);
    return () => listeners.delete(show);
  }, []);
  return talk;
}

/** Go on in a session, or with none in a new one. */
export function goOnIn(session) {
  if (talk.session === session) return;
  talk.session = session;
  changed(undefined, session === undefined ? "The next question begins a new session." : `The next question goes on in session ${session}.`);
}

/** Add a text of its own, too large for a field to be quick, or from a file. */
export function attach(name, text) {
  talk.draft.texts = [...talk.draft.texts, { name, text }];
  changed(undefined, `${name} is added, ${count(text.length)} characters.`);
}

/** Take such a text away. */
export function detach(text) {
  talk.draft.texts = talk.draft.texts.filter((each) => each !== text);
  changed(undefined, `${text.name} is taken away.`);
}

/** Ask what the fields hold. Once it is answered they are empty again: what they held is in the session. */
export async function askNow() {
  const asked = { ...talk.draft };
  const contexts = [...(asked.text.trim() ? [asked.text] : []), ...asked.texts.map(({ text }) => text)];
  const turn = {
    question: asked.question, characters: contexts.reduce((sum, text) => sum + text.length, 0), session: talk.session,
    state: "asking", began: performance.now(), steps: [], text: "", changes: 0, thumb: {},
  };
  const gone = new AbortController();
  talk.turns.unshift(turn);
  talk.running = { turn, stop: () => gone.abort() };
  changed(turn, "Asked.");
  try {
    await ask(talk.session, { question: asked.question, contexts }, (event, data) => heard(turn, event, data), gone.signal);
    talk.draft = without(asked);
  } catch (error) {
    turn.state = gone.signal.aborted ? "stopped" : "failed";
    turn.error = error;
  }
  turn.took = performance.now() - turn.began;
  talk.running = undefined;
  changed(turn, toldOf(turn));
}

/** What was written into the fields since, while the answer was on its way. */
function without(asked) {
  const { question, text, texts } = talk.draft;
  return {
    question: question === asked.question ? "" : question,
    text: text === asked.text ? "" : text,
    texts: texts.filter((each) => !asked.texts.includes(each)),
  };
}

function heard(turn, event, data) {
  if (event === "delta") {
    turn.text += data.text;
    return changed(turn);
  }
  if (event === "step") {
    turn.steps.push(data);
    turn.text = ""; // what was written before a call was a remark
    return changed(turn, `Step ${data.number}: ${data.tool}${data.refused ? ", refused" : ""}.`);
  }
  turn[event] = data;
  if (event === "arrived") return changed(turn, `Arrived: ${count(data.conversation_tokens)} tokens.`);
  if (event === "rewriting") return changed(turn, `Arm ${data.arm} is drawn, at ${percent(data.propensity)}.`);
  if (event === "answer") {
    turn.state = "answered";
    if (talk.session === turn.session) talk.session = data.session; // unless one chose another meanwhile
  }
}

function toldOf({ state, answer, error, took }) {
  if (state === "stopped") return "Stopped.";
  if (state === "failed") return ""; // the error is an alert by itself
  return `Answered in ${seconds(took)}: ${answer.text.slice(0, SPOKEN)}`;
}

/** Give a thumb, or another one in its place; a first reward that was there before is only corrected on demand. */
export async function thumb(turn, feedback, correct) {
  turn.thumb = { ...turn.thumb, sending: feedback, error: undefined };
  changed(turn);
  try {
    const path = `decisions/${encodeURIComponent(turn.answer.rewriting.decision)}/reward`;
    const became = await (await sent(correct ? "PUT" : "POST", path, { feedback })).json();
    turn.thumb = became.counted ? { given: feedback, became } : { refused: feedback, became };
    changed(turn, became.counted ? `${feedback}: ${became.outcome}.` : "The decision has its reward already.");
  } catch (error) {
    turn.thumb = { ...turn.thumb, sending: undefined, error };
    changed(turn);
  }
}
