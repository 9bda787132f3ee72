// A query's answer: asked for so that it can be stopped, and read into rows.

/** An answer that tells what went wrong, in the one shape of the service's errors. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.en ?? "refused");
    this.problem = problem;
  }
}

const ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9";
/** Longer addresses are sent in the body instead. */
const LONGEST = 6000;

/** Asks the endpoint; rejects with Refused, AbortError or TypeError (no connection). */
export async function request(endpoint, fields, { accept = ACCEPT, signal } = {}) {
  const form = new URLSearchParams(fields), headers = { Accept: accept };
  const answer = await (`${form}`.length < LONGEST
    ? fetch(`${endpoint}?${form}`, { headers, signal })
    : fetch(endpoint, { method: "POST", body: form, headers, signal }));
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  const bare = { code: `http-${answer.status}`, zh: `HTTP ${answer.status}`, en: answer.statusText };
  throw new Refused(told?.error ?? bare);
}

/**
 * Runs a query: `{ kind: "ask" | "table" | "graph", boolean, names, rows, more, seconds }`, where a row is an array
 * of cells `{ type, value, lang, datatype }` or null.
 */
export async function run(endpoint, query, most, signal) {
  const began = performance.now();
  // one more than is shown tells whether there are more
  const answer = await request(endpoint, { query, "max-rows": most + 1 }, { signal });
  const body = await answer.text();
  const found = answer.headers.get("Content-Type").includes("json") ? table(JSON.parse(body)) : graph(body);
  const more = found.rows.length > most;
  return { ...found, rows: found.rows.slice(0, most), more, seconds: (performance.now() - began) / 1000 };
}

function table({ head, results, boolean }) {
  if (boolean !== undefined) return { kind: "ask", boolean, names: [], rows: [] };
  const names = head.vars;
  return { kind: "table", names, rows: results.bindings.map((row) => names.map((name) => row[name] ?? null)) };
}

const TERM = /<([^>]*)>|(_:\S+)|"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?/g;
const ESCAPES = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };
const unescaped = (text) => text.replace(/\\(?:u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|(.))/g, (_, four, eight, one) =>
  one ? ESCAPES[one] ?? one : String.fromCodePoint(parseInt(four ?? eight, 16)));

/** N-Triples as rows of three. */
export function graph(text) {
  const rows = text.split("\n").filter((line) => line.trim() && !line.startsWith("#")).map((line) =>
    [...line.matchAll(TERM)].slice(0, 3).map(([, iri, blank, literal, lang, datatype]) => {
      if (iri !== undefined) return { type: "uri", value: unescaped(iri) };
      if (blank !== undefined) return { type: "bnode", value: blank };
      return { type: "literal", value: unescaped(literal), "xml:lang": lang, datatype };
    }));
  return { kind: "graph", names: ["subject", "predicate", "object"], rows };
}

/** Names, classes and pages of all things in the rows. */
export async function labels(address, rows, signal) {
  const iris = [...new Set(rows.flat().filter((cell) => cell?.type === "uri").map((cell) => cell.value))];
  const found = {};
  for (let at = 0; at < iris.length; at += 2000) {
    const answer = await fetch(address, {
      method: "POST", signal, headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ iris: iris.slice(at, at + 2000) }),
    });
    if (!answer.ok) break; // IRIs stand for themselves then
    Object.assign(found, (await answer.json()).labels);
  }
  return found;
}
