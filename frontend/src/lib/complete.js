// Completion from the data: prefixes, classes and properties with counts, entities by any of their names.
import { syntaxTree } from "@codemirror/language";

const WORDS = [
  "SELECT", "DISTINCT", "WHERE", "OPTIONAL", "FILTER", "UNION", "MINUS", "BIND", "VALUES", "GROUP BY", "ORDER BY",
  "HAVING", "LIMIT", "OFFSET", "DESC", "ASC", "CONSTRUCT", "ASK", "DESCRIBE", "PREFIX", "COUNT", "SUM", "AVG", "MIN",
  "MAX", "SAMPLE", "GROUP_CONCAT", "STR", "LANG", "LANGMATCHES", "CONTAINS", "STRSTARTS", "STRENDS", "REGEX", "REPLACE",
  "STRLEN", "SUBSTR", "CONCAT", "COALESCE", "IF", "BOUND", "EXISTS", "NOT EXISTS", "DATATYPE", "IRI", "ISIRI",
];
const TYPED = /[\p{L}\p{N}_:?$-]+/u;
/** Names that are shown at once; typing on narrows them. */
const MOST = 60;

/** How well a term fits what was typed: lower is better, null not at all. */
function fit(term, typed) {
  const wanted = typed.toLowerCase();
  const local = term.name.slice(term.name.indexOf(":") + 1).toLowerCase();
  if (term.name.toLowerCase().startsWith(wanted) || local.startsWith(wanted)) return 0;
  if (term.zh.startsWith(typed) || term.en.toLowerCase().startsWith(wanted)) return 1;
  if (local.includes(wanted) || term.zh.includes(typed) || term.en.toLowerCase().includes(wanted)) return 2;
  return null;
}

/** The source of completions over what the server tells of the graph. */
export function completions({ vocabulary, suggest, things, language }) {
  let asked;
  const known = () => (asked ??= fetch(vocabulary).then((answer) => (answer.ok ? answer.json() : Promise.reject())))
    .catch(() => { asked = undefined; return { prefixes: {}, classes: [], properties: [] }; });

  const named = (term, type) => ({
    label: term.name.startsWith("http") ? `<${term.iri}>` : term.name,
    detail: (language === "en" ? term.en : term.zh) + (term.count ? ` · ${term.count.toLocaleString("en")}` : ""),
    info: language === "both" ? term.en : null,
    type,
  });

  async function entities(typed, signal) {
    const answer = await fetch(`${suggest}?q=${encodeURIComponent(typed)}`, { signal }).catch(() => null);
    if (!answer?.ok) return [];
    return (await answer.json()).suggestions.filter(({ href }) => href.startsWith("/id/")).map((found) => ({
      label: found.name === found.label ? found.name : `${found.name}（${found.label}）`,
      detail: language === "en" ? found.en : found.zh,
      type: "constant",
      apply: `<${things}${decodeURIComponent(found.href.slice("/id/".length))}>`,
    }));
  }

  return async function source(context) {
    const inside = syntaxTree(context.state).resolveInner(context.pos, -1).name;
    if (inside === "string" || inside === "comment") return null;
    const word = context.matchBefore(TYPED);
    if (!word && !context.explicit) return null;
    const typed = word?.text ?? "", from = word?.from ?? context.pos;
    if (/^[?$]/.test(typed)) {
      const names = new Set(context.state.doc.toString().match(/[?$][\p{L}\p{N}_]+/gu));
      names.delete(typed);
      return { from, options: [...names].sort().map((label) => ({ label, type: "variable" })), validFor: TYPED };
    }
    const { prefixes, classes, properties } = await known();
    if (context.aborted) return null;
    const before = context.state.sliceDoc(Math.max(0, from - 40), from);
    if (/\bPREFIX\s+$/i.test(before)) {
      return { from, options: Object.entries(prefixes).map(([prefix, iri]) => ({
        label: `${prefix}:`, apply: `${prefix}: <${iri}>`, detail: iri,
      })) };
    }
    // after "a" stands a class; anywhere else both are possible
    const isClass = /(?:(?:^|[\s;{.])a|rdf:type)\s+$/.test(before);
    const options = [];
    const offer = (terms, type, rank) => {
      for (const term of terms) {
        const fits = typed ? fit(term, typed) : 0;
        if (fits !== null) options.push({ at: [rank, fits, -term.count], ...named(term, type) });
      }
    };
    offer(classes, "class", isClass ? 0 : 1);
    offer(properties, "property", isClass ? 1 : 0);
    if (/^[a-z]/i.test(typed)) {
      const words = WORDS.filter((word) => word.startsWith(typed.toUpperCase()));
      options.push(...words.map((label) => ({ at: [2, 0, 0], label, type: "keyword" })));
      const namespaces = Object.entries(prefixes).filter(([prefix]) => prefix.startsWith(typed));
      options.push(...namespaces.map(([prefix, detail]) => (
        { at: [-1, 0, 0], label: `${prefix}:`, detail, type: "namespace" })));
    }
    if (/[^\x00-\x7f]/.test(typed)) {
      const controller = new AbortController();
      context.addEventListener("abort", () => controller.abort());
      const found = await entities(typed, controller.signal);
      options.push(...found.map((entity, n) => ({ at: [3, n, 0], ...entity })));
    }
    options.sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1] || a.at[2] - b.at[2]);
    // the order is ours, and names in Chinese match by their labels: CodeMirror must not filter by the text
    return { from, filter: false, options: options.slice(0, MOST) };
  };
}
