// Calls of the API that are about one session: its tag goes with what is read, and back with what is changed.
import { readTagged, sent, sessionPath } from "../api.js";

/** Read a part of a session: {body, tag, present}, where `present` is the number of its newest version. */
export async function readPart(name, part, query = {}, signal = undefined) {
  const { body, tag } = await readTagged(sessionPath(name, part), query, signal);
  return { body, tag, present: Number(/\d+/.exec(tag)?.[0] ?? 0) };
}

/** Change a session, if it still has the tag that was shown. */
export async function change(name, part, body, tag) {
  return (await sent("POST", sessionPath(name, part), body, { headers: tag ? { "If-Match": tag } : {} })).json();
}
