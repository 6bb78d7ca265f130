// A question, and the events that answer it as they happen.
import { ApiError, sent, sessionPath } from "../api.js";
import { eventsOf } from "../events.js";

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
