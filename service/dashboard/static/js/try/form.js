// What to ask, and about what. Fields aren't redrawn as one writes: they hold their text, and the draft a copy.
import { html, useEffect, useRef, useState } from "../html.js";
import { askNow, attach, detach, goOnIn, useTalk } from "./talk.js";
import { count } from "./words.js";

/** A field of millions of characters is slow to lay out: what is pasted and has more than this becomes a text beside it. */
const LARGE = 50000;
/** Browsers take a second to paste a thousand lines, and twenty for two thousand: from here on they are set at once. */
const LINES = 100;
const LARGEST_FILE = 100_000_000;

/** The fields, with Ask and Stop. */
export function Form() {
  const talk = useTalk();
  const { running, session, draft } = talk;
  const [complaint, complain] = useState("");
  const [question, text, go] = [useRef(null), useRef(null), useRef(null)];
  useEffect(() => { // an answered question leaves the fields empty
    question.current.value = draft.question;
    text.current.value = draft.text;
  }, [draft]);
  const ask = (event) => {
    event.preventDefault();
    if (talk.running) return;
    if (!talk.draft.question.trim()) {
      complain("Write a question first.");
      question.current.focus();
      return;
    }
    complain("");
    askNow();
  };
  const pressed = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask(event);
  };
  const taken = (event, from) => {
    const found = from.getData("text/plain");
    const large = found.length > LARGE;
    if (!from.files.length && !large && found.split("\n", LINES).length < LINES) return;
    event.preventDefault();
    if (from.files.length) return chosen([...from.files]);
    if (large) return attach("Pasted text", found);
    const { target } = event;
    target.setRangeText(found, target.selectionStart, target.selectionEnd, "end");
    talk.draft.text = target.value;
  };
  const chosen = async (files) => {
    const wrong = [];
    for (const file of files) await readFile(file).then((found) => attach(file.name, found), (error) => wrong.push(error.message));
    complain(wrong.join(" "));
  };
  const picked = ({ target }) => {
    chosen([...target.files]);
    target.value = ""; // so that the same file can be chosen again
  };
  const stopped = () => {
    if (!running) return; // it stays there: an answer would take the focus away with it
    running.stop();
    go.current.focus();
  };
  return html`
    <form class="ask" autocomplete="off" noValidate onSubmit=${ask} onKeyDown=${pressed}>
      <label for="try-text">Text to ask about <small>(or none)</small></label>
      <textarea id="try-text" ref=${text} rows="7" spellcheck=${false} 
        onPaste=${(event) => taken(event, event.clipboardData)} onDrop=${(event) => taken(event, event.dataTransfer)}
        onInput=${({ target }) => { talk.draft.text = target.value; }}></textarea>
      <p class="files"><label>Files <input type="file" multiple onChange=${picked} /></label></p>
      ${draft.texts.length > 0 && html`<ul class="texts" aria-label="Texts">${draft.texts.map((each) => html`<${Attached} of=${each} />`)}</ul>`}
      <label for="try-question">Question</label>
      <textarea id="try-question" ref=${question} rows="2" required aria-describedby="try-complaint"
        onInput=${({ target }) => { talk.draft.question = target.value; }}></textarea>
      <p id="try-complaint" class="complaint" role="alert">${complaint}</p>
      <p class="acts">
        <button ref=${go} class="main" aria-disabled=${running ? "true" : "false"}>Ask</button>
        <button type="button" aria-disabled=${running ? "false" : "true"} onClick=${stopped}>Stop</button>
        <small>Ctrl Enter</small>
        <span class="where">${session === undefined ? "Begins a new session." : html`
          Goes on in session <a href=${`#/session/${encodeURIComponent(session)}`}>${session}</a>
          <button type="button" onClick=${() => anew(question)}>Begin anew</button>`}</span>
      </p>
    </form>`;
}

function anew(question) {
  location.hash = "#/try"; // it may name the session
  goOnIn(undefined);
  question.current.focus();
}

const Attached = ({ of }) => html`<li>
  <strong>${of.name}</strong>, ${count(of.text.length)} characters: <span class="begins" dir="auto">${of.text.slice(0, 80)}</span>
  <button type="button" aria-label=${`Take away ${of.name}`} onClick=${() => takenAway(of)}>Take away</button>
</li>`;

function takenAway(of) {
  detach(of);
  document.getElementById("try-text").focus(); // its button goes, and the focus would go with it
}

async function readFile(file) {
  if (file.size > LARGEST_FILE) throw new Error(`${file.name} has ${count(file.size)} bytes, more than one question takes.`);
  let found;
  try {
    found = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} isn't text in UTF-8.`);
  }
  if (!found.trim()) throw new Error(`${file.name} has no text.`);
  return found;
}
