// The REST API, read as pages need it.
import { keyHeaders, wanted } from "./key.js";

/** What the API said instead of an answer, in its own words (RFC 9457), or that it said nothing. */
export class ApiError extends Error {
  constructor(status, title, detail, { instance, kind } = {}) {
    super(detail || title);
    this.status = status;
    this.kind = kind; // what it is, where the service says so
    this.title = title;
    this.instance = instance; // names this occurrence in Riffler's log
  }

  /** Make one of a problem, or of what isn't one. */
  static of(status, body) {
    const kind = body?.type?.split(":").pop();
    return new ApiError(status, body?.title ?? `status ${status}`, body?.detail ?? "", { instance: body?.instance, kind });
  }
}

/** The path of a part of a session; a name that an address can't hold is one that no session has. */
export function sessionPath(name, part) {
  if (name === "." || name === "..") throw new ApiError(404, "Unknown session", `no session '${name}'`);
  return `sessions/${encodeURIComponent(name)}${part}`;
}

/** Read a resource: a path below `/api/v1`, its query as an object, and a signal that gives it up. */
export async function read(path, query = {}, signal = undefined) {
  return asked(`api/v1/${path}`, query, { signal });
}

/** Read a resource with its entity tag: {body, tag}. */
export async function readTagged(path, query = {}, signal = undefined) {
  const answer = await fetched(queried(`api/v1/${path}`, query), { headers: { Accept: "application/json" }, signal });
  const body = await answer.json().catch(() => null);
  if (answer.ok) return { body, tag: answer.headers.get("ETag") ?? "" };
  throw ApiError.of(answer.status, body);
}

/** Read what lies beside the API, such as `readyz`; statuses named in `also` are answers, too. */
export async function readBeside(path, also = [], signal = undefined) {
  return asked(path, {}, { signal }, also);
}

/** Send JSON to a path below `/api/v1` and give the response, as it comes; `headers` go with it. */
export async function sent(method, path, body, { headers = {}, signal } = {}) {
  const text = JSON.stringify(body);
  const options = { method, body: text, headers: { Accept: "application/json", "Content-Type": "application/json", ...headers }, signal };
  const large = text.length > 1_000_000 && ` Or are ${text.length.toLocaleString("en")} characters more than it takes at once (RIFFLER_MAX_BODY_BYTES)?`;
  const answer = await fetched(addressOf(`api/v1/${path}`), options, `Is it running?${large || ""}`);
  if (answer.ok) return answer;
  throw ApiError.of(answer.status, await answer.json().catch(() => null));
}

/** Listen to a path below `/api/v1` that answers by events: the response, whose body is them. */
export async function heard(path, signal) {
  const answer = await fetched(addressOf(`api/v1/${path}`), { headers: { Accept: "text/event-stream" }, signal });
  if (answer.ok) return answer;
  throw ApiError.of(answer.status, await answer.json().catch(() => null));
}

async function asked(path, query, options, also = []) {
  const answer = await fetched(queried(path, query), { headers: { Accept: "application/json" }, ...options });
  const body = await answer.json().catch(() => null);
  if (answer.ok || also.includes(answer.status)) return body;
  throw ApiError.of(answer.status, body);
}

/** The service may live below any path. */
const addressOf = (path) => new URL(`../${path}`, new URL(".", document.baseURI));

function queried(path, query) {
  const url = addressOf(path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url;
}

async function fetched(url, options, detail = "Is it running? This page goes on by itself once it is.") {
  try {
    const answer = await fetch(url, { ...options, headers: { ...options.headers, ...keyHeaders() } });
    if (answer.status === 401) wanted();
    return answer;
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new ApiError(0, "Riffler does not answer", detail);
  }
}
