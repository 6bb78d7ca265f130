// JSON made readable without reading it: numbers and the order of names stay as they were written.

/** Indent a JSON text; what isn't JSON stays as it is. */
export function indented(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let made = "";
  tokens.forEach((token, at) => {
    if (token === "}" || token === "]") {
      depth -= 1;
      made += tokens[at - 1] === "{" || tokens[at - 1] === "[" ? token : `\n${"  ".repeat(depth)}${token}`;
      return;
    }
    const opens = at > 0 && (tokens[at - 1] === "{" || tokens[at - 1] === "[");
    made += (opens ? `\n${"  ".repeat(depth)}` : "") + token;
    if (token === "{" || token === "[") depth += 1;
    if (token === ",") made += `\n${"  ".repeat(depth)}`;
    if (token === ":") made += " ";
  });
  return made;
}
