// What was asked before, in this browser only.

const KEY = "kg-sparql-past";
const MOST = 40;

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.query === "string") : [];
  } catch {
    return []; // storage is closed, or holds what is not ours
  }
}

function write(entries) {
  try {
    localStorage.setItem(KEY, JSON.stringify(entries));
  } catch { /* storage is closed or full: the page works without a past */ }
}

/** Keeps a query that was run, the newest first and each text once. */
export function remember(query, rows) {
  write([{ query, rows, at: Date.now() }, ...read().filter((one) => one.query !== query)].slice(0, MOST));
}

export const past = read;
export const forget = () => write([]);

/** The line of a query that says most: the first one that is neither a prefix nor a comment. */
export function summary(query) {
  const lines = query.split("\n").map((line) => line.trim())
    .filter((line) => line && !/^(#|prefix\b|base\b)/i.test(line));
  return (lines.slice(0, 3).join(" ") || query.trim()).slice(0, 110);
}
