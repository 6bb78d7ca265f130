// Calls of the API that are about one session: its tag goes with what is read, and back with what is changed.
import { ApiError } from "../api.js";

/** Where a session is; a name that an address can't hold is one that no session has. */
export function pathOf(name) {
  if (name === "." || name === "..") throw new ApiError(404, "Unknown session", `no session '${name}'`);
  return `sessions/${encodeURIComponent(name)}`;
}

/** Read a part of a session: {body, tag, present}, where `present` is the number of its newest version. */
export async function readPart(name, part, query = {}, signal = undefined) {
  const answer = await asked(name, part, query, { signal });
  const tag = answer.headers.get("ETag") ?? "";
  return { body: await answer.json(), tag, present: Number(/\d+/.exec(tag)?.[0] ?? 0) };
}

/** Change a session, if it still has the tag that was shown. */
export async function change(name, part, body, tag) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", ...(tag ? { "If-Match": tag } : {}) };
  return (await asked(name, part, {}, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

async function asked(name, part, query, options) {
  const url = new URL(`../api/v1/${pathOf(name)}${part}`, new URL(".", document.baseURI));
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(key, value);
  }
  let answer;
  try {
    answer = await fetch(url, { headers: { Accept: "application/json" }, ...options });
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new ApiError(0, "Riffler does not answer", "Is it running? Try again once it is.");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => null);
  throw new ApiError(answer.status, problem?.title ?? `status ${answer.status}`, problem?.detail ?? "");
}
