// A question, and the events that answer it as they happen.
import { ApiError, sent, sessionPath } from "../api.js";

/** Ask, in a session or a new one; `told(name, data)` hears each event. Ends after the answer, or throws what went wrong. */
export async function ask(session, body, told, signal) {
  const path = session === undefined ? "ask" : sessionPath(session, "/ask");
  const answer = await sent("POST", path, body, { signal, headers: { Accept: "text/event-stream" } });
  for await (const { event, data } of eventsOf(answer.body)) {
    const value = JSON.parse(data);
    if (event === "problem") throw ApiError.of(value.status, value);
    told(event, value);
    if (event === "answer") return;
  }
  throw new ApiError(0, "The answer broke off", "The connection ended before it. What was done so far is in the session.");
}

/** Read server-sent events off a stream of bytes; comments, which keep it alive, are left out. */
async function* eventsOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read().catch((cause) => {
      if (cause.name === "AbortError") throw cause;
      return { done: true };
    });
    if (done) return;
    let from = Math.max(0, held.length - 1);
    held += value.replaceAll("\r", "");
    for (let end = held.indexOf("\n\n", from); end >= 0; end = held.indexOf("\n\n")) {
      const lines = held.slice(0, end).split("\n");
      held = held.slice(end + 2);
      const of = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      const data = of("data");
      if (data.length) yield { event: of("event")[0], data: data.join("\n") };
    }
  }
}
