// The REST API, read as pages need it.

/** What the API said instead of an answer, in its own words (RFC 9457), or that it said nothing. */
export class ApiError extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

/** Read a resource: a path below `/api/v1`, its query as an object, and a signal that gives it up. */
export async function read(path, query = {}, signal = undefined) {
  return asked(`api/v1/${path}`, query, { signal });
}

/** Read what lies beside the API, such as `readyz`; statuses named in `also` are answers, too. */
export async function readBeside(path, also = [], signal = undefined) {
  return asked(path, {}, { signal }, also);
}

async function asked(path, query, options, also = []) {
  const url = new URL(`../${path}`, new URL(".", document.baseURI)); // the service may live below any path
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  let answer;
  try {
    answer = await fetch(url, { headers: { Accept: "application/json" }, ...options });
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new ApiError(0, "Riffler does not answer", "Is it running? This page goes on by itself once it is.");
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok || also.includes(answer.status)) return body;
  throw new ApiError(answer.status, body?.title ?? `status ${answer.status}`, body?.detail ?? "");
}
