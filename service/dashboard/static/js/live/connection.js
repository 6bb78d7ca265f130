// A connection on which the service tells of changes, made again as often as it is lost.

/** What is told: see `GET /api/v1/live`. */
export const TOPICS = ["turns", "decisions", "sessions", "health"];
export const ADDRESS = new URL("../api/v1/live", new URL(".", document.baseURI)).href;
const FIRST_MS = 1000;
const LONGEST_MS = 30000;
/** The service says something every 15 s: after so long without a word the way to it is gone, as it is after a sleep. */
const SILENT_MS = 40000;

/** Connect, until what this gives is called: `became(state)` hears `live` and `away`, `told(topic, data)` each event. */
export function connected({ became, told }) {
  let source;
  let timer; // of the next connection, or of this one's silence
  let failures = 0;
  const connect = () => {
    source = new EventSource(ADDRESS);
    source.addEventListener("listening", listening);
    source.addEventListener("error", lost);
    for (const event of ["listening", "alive", ...TOPICS]) source.addEventListener(event, heard);
    for (const topic of TOPICS) source.addEventListener(topic, ({ data }) => told(topic, data));
    heard();
  };
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(lost, SILENT_MS);
  };
  const listening = () => {
    failures = 0;
    became("live");
  };
  // Later each time: browsers' own way never waits longer, and gives up at a refusal.
  const lost = () => {
    source.close();
    clearTimeout(timer);
    timer = setTimeout(connect, Math.min(LONGEST_MS, FIRST_MS * 2 ** failures) * (0.75 + Math.random() / 2));
    failures += 1;
    became("away");
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
