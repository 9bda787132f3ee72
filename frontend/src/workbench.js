// Improves the form on /sparql: an editor that knows the graph, results without leaving the page, a stop.
import { Refused, labels, request, run } from "./lib/answer.js";
import { completions } from "./lib/complete.js";
import { drawingOf } from "./lib/drawing.js";
import { editorFor } from "./lib/editor.js";
import { element, number, plain, text } from "./lib/page.js";
import { forget, past, remember, summary } from "./lib/past.js";
import { address, link, unpacked } from "./lib/share.js";
import { answerOf, nothing, tableOf } from "./lib/table.js";

const bench = document.querySelector("[data-workbench]");
const part = (name) => bench.querySelector(`[data-${name}]`);
const { endpoint, check, vocabulary, suggest, things, language } = bench.dataset;
const most = Number(bench.dataset.rows);
const form = bench.querySelector("form"), area = form.elements.query;
const [runButton, stopButton, shareButton, status, section] = ["run", "stop", "share", "status", "result"].map(part);
const views = ["table", "graph", "raw"];
const panels = Object.fromEntries(views.map((name) => [name, bench.querySelector(`#panel-${name}`)]));
const tabs = Object.fromEntries(views.map((name) => [name, bench.querySelector(`#tab-${name}`)]));

/** The text that was last run or loaded: what differs from it would be lost by leaving. */
let settled = area.value;
/** The query that the result section tells of, its result and the names in it; null until it was fetched here. */
let shown = { query: section.hidden ? null : area.value, result: null, labels: {} };
let running = null;

// --- errors and slips, in the editor and above the result

const sentences = ({ zh, en }) => ({ en: [en], "zh-Hant": [zh] }[language] ?? [zh, en]).filter(Boolean);
/** A hint is written "中文 (English)"; one of them is left where the page has one language. */
function advice(words) {
  const [, zh, en] = /^(.+?) \(([^()]+)\)$/s.exec(words) ?? [];
  return { en, "zh-Hant": zh }[language] ?? words;
}
const paragraphs = (problem) => sentences(problem).map((words, n) => (
  n ? element("p", { class: "en", lang: "en" }, words) : element("p", {}, element("strong", {}, words))));

/** A slip as the editor tells it. */
function told(hint) {
  const box = element("div", {}, ...paragraphs(hint));
  if (hint.hint) box.append(element("p", {}, element("code", {}, advice(hint.hint))));
  return box;
}

/** A slip with what the editor needs: a plain sentence, and the word to put in its place where one is proposed. */
function prepared(hint) {
  const proposed = /did you mean ([^\s)]+)\)/.exec(hint.hint ?? "")?.[1];
  const place = hint.code !== "sparql-syntax" && hint.code !== "unknown-prefix";
  return {
    ...hint, message: sentences(hint)[0],
    fix: proposed && place ? { name: `${plain("fix")} ${proposed}`, text: proposed } : null,
  };
}

async function slips(query) {
  if (!query.trim()) return [];
  const answer = await fetch(check, { method: "POST", body: new URLSearchParams({ query }) }).catch(() => null);
  return answer?.ok ? (await answer.json()).hints.map(prepared) : [];
}

function showProblem(problem) {
  const box = part("problem");
  box.replaceChildren(...paragraphs(problem));
  if (problem.hint) box.append(element("p", {}, advice(problem.hint)));
  if (problem.line) {
    const go = element("button", { type: "button", class: "button second small" }, text("place", problem));
    go.addEventListener("click", () => editor.go(problem.line, problem.column));
    box.append(element("p", {}, go));
  }
  if (problem.help) {
    const code = element("code", {}, problem.code);
    box.append(element("p", {}, element("a", { href: problem.help }, text("code"), " ", code)));
  }
  box.hidden = false;
}

/** What is likely wrong with a query that ran, above its result: an empty table needs a reason. */
function showSlips(query, hints) {
  if (shown.query !== query) return;
  part("hints")?.remove();
  if (!hints.length) return;
  const items = hints.map((hint) => element("li", {}, ...told(hint).childNodes));
  part("problem").after(element("ul", { class: "notice", "data-hints": true }, ...items));
}

const editor = editorFor(area, {
  label: plain("editor"), phrases: JSON.parse(bench.dataset.phrases), describe: told, check: slips,
  complete: completions({ vocabulary, suggest, things, language }),
  run: () => form.requestSubmit(), changed: () => {},
});
form.querySelector("label[for=query]").addEventListener("click", () => editor.view.focus());

// --- running and stopping

function busy(on) {
  runButton.hidden = on;
  stopButton.hidden = !on;
  section.setAttribute("aria-busy", String(on));
}

function facts({ kind, rows, more, seconds }) {
  const count = kind === "ask" ? [] : [element(
    "span", {}, element("strong", {}, number(rows.length) + (more ? "+" : "")), " ",
    text(kind === "graph" ? "triples" : "rows"),
  )];
  part("facts").replaceChildren(...count, element("span", {}, `${seconds.toFixed(2)} `, text("seconds")));
}

function downloads(query, graph) {
  for (const set of part("downloads").querySelectorAll("[data-kind]")) {
    set.hidden = (set.dataset.kind === "graph") !== graph;
    for (const one of set.querySelectorAll("a")) {
      one.href = `${address(endpoint, query)}&format=${one.dataset.format}`;
    }
  }
  part("downloads").hidden = false;
}

/** Fetches a query's result. Gives the error's shape where the service refuses it, null where it was stopped. */
async function fetched(query) {
  running?.abort();
  const mine = running = new AbortController();
  const began = performance.now();
  // screen readers are told once that it runs, not every second
  const passed = element("span", { "aria-hidden": "true" }, "…");
  status.replaceChildren(text("running"), " ", passed);
  const clock = setInterval(() => {
    passed.replaceChildren(`${((performance.now() - began) / 1000).toFixed(0)} `, text("seconds"));
  }, 1000);
  busy(true);
  try {
    const result = await run(endpoint, query, most, mine.signal);
    shown = { query, result, labels: await labels(bench.dataset.labels, result.rows, mine.signal) };
    status.replaceChildren();
    return true;
  } catch (error) {
    if (error.name === "AbortError") {
      if (running === mine) status.replaceChildren(text("stopped"));
      return false;
    }
    const problem = error instanceof Refused ? error.problem : null;
    if (!problem && !(error instanceof TypeError)) throw error;
    status.replaceChildren();
    failed(query, problem);
    return false;
  } finally {
    clearInterval(clock);
    if (running === mine) {
      running = null;
      busy(false);
    }
  }
}

/** Scrolls to the result where a long query has pushed it out of sight. */
function reveal() {
  if (section.getBoundingClientRect().top > innerHeight * 0.75) section.scrollIntoView({ block: "start" });
}

function failed(query, problem) {
  shown = { query, result: null, labels: {} };
  section.hidden = false;
  part("facts").replaceChildren();
  part("downloads").hidden = part("views").hidden = true;
  part("hints")?.remove();
  for (const panel of Object.values(panels)) panel.replaceChildren();
  if (problem) {
    showProblem(problem);
    editor.tell([problem, ...(problem.hints ?? [])].filter((hint) => hint.line).map(prepared));
  } else {
    part("problem").replaceChildren(element("p", {}, text("unreachable")));
    part("problem").hidden = false;
  }
  reveal();
}

async function execute(query, keep = true) {
  if (!(await fetched(query))) return;
  settled = query;
  if (keep) history.pushState(null, "", address(endpoint, query));
  part("problem").hidden = true;
  section.hidden = false;
  facts(shown.result);
  downloads(query, shown.result.kind === "graph");
  remember(query, shown.result.rows.length);
  listPast();
  part("views").hidden = shown.result.kind === "ask";
  await view(shown.result.kind === "ask" ? "table" : current());
  reveal();
  showSlips(query, await slips(query));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  execute(editor.text);
});
stopButton.addEventListener("click", () => {
  running?.abort();
  runButton.hidden = false;
  runButton.focus();
});

// --- the views of a result

const current = () => Object.keys(tabs).find((name) => tabs[name].getAttribute("aria-selected") === "true");

async function view(name) {
  for (const [one, tab] of Object.entries(tabs)) {
    tab.setAttribute("aria-selected", String(one === name));
    tab.tabIndex = one === name ? 0 : -1;
    panels[one].hidden = one !== name;
  }
  if (name === "raw") return showRaw();
  const { result } = shown;
  if (!result) return undefined;
  if (name === "graph") panels.graph.replaceChildren(...drawingOf(result, shown.labels, panels.graph.clientWidth));
  else if (result.kind === "ask") panels.table.replaceChildren(...answerOf(result.boolean));
  else panels.table.replaceChildren(...(result.rows.length ? tableOf(result, shown.labels) : nothing()));
  return undefined;
}

/** Characters of a raw answer that are shown. */
const LONGEST = 200_000;

async function showRaw(format) {
  const { query } = shown;
  const set = bench.querySelector("[data-downloads] [data-kind]:not([hidden])");
  const offered = [...set.querySelectorAll("a")].map((one) => [one.dataset.format, one.textContent]);
  const asked = format ?? offered[0][0];
  const select = element("select", { id: "raw-format" }, ...offered.map(([value, name]) =>
    element("option", { value, selected: value === asked }, name)));
  select.addEventListener("change", () => showRaw(select.value).then(() => bench.querySelector("#raw-format").focus()));
  let body;
  try {
    body = await (await request(endpoint, { query, format: asked, "max-rows": most }, { accept: "*/*" })).text();
  } catch (error) {
    if (error instanceof Refused) return showProblem(error.problem);
    throw error;
  }
  if (asked === "json") body = JSON.stringify(JSON.parse(body), null, 2);
  panels.raw.replaceChildren(
    element("p", { class: "table-tools" }, element("label", { for: "raw-format" }, text("format")), " ", select),
    ...(body.length > LONGEST ? [element("p", { class: "notice" }, text("raw-cut", { n: number(LONGEST) }))] : []),
    ...(shown.result?.more ? [element("p", { class: "notice" }, text("cut", { n: most }))] : []),
    element("pre", { class: "raw", tabindex: "0" }, element("code", {}, body.slice(0, LONGEST))),
  );
  return undefined;
}

for (const [name, tab] of Object.entries(tabs)) {
  panels[name].setAttribute("role", "tabpanel");
  panels[name].setAttribute("aria-labelledby", tab.id);
  tab.addEventListener("click", async () => {
    // a result that the server put into the page is fetched once another view of it is wanted
    if (!shown.result && name !== "table" && !(await fetched(shown.query))) return;
    await view(name);
  });
  tab.addEventListener("keydown", (event) => {
    const names = Object.keys(tabs), step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tabs[names[(names.indexOf(name) + step + names.length) % names.length]];
    next.focus();
    next.click();
  });
}

// --- the past, links, and leaving

const when = (at) => new Date(at).toLocaleString(document.documentElement.lang, {
  month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false,
});

function listPast() {
  const entries = past();
  part("history").hidden = entries.length === 0;
  part("history").querySelector("ol").replaceChildren(...entries.map(({ query, rows, at }) => {
    const told = element("span", { class: "count" }, number(rows), " ", text("rows"), ` · ${when(at)}`);
    const button = element("button", { type: "button" }, element("code", {}, summary(query)), told);
    button.addEventListener("click", () => {
      editor.text = query;
      editor.view.focus();
    });
    return element("li", {}, button);
  }));
}

part("forget").addEventListener("click", () => {
  forget();
  listPast();
  editor.view.focus();
});

shareButton.addEventListener("click", async () => {
  const found = await link(endpoint, editor.text);
  try {
    await navigator.clipboard.writeText(found);
    status.replaceChildren(text("copied"));
  } catch { // not allowed, or no secure context
    history.replaceState(null, "", found);
    status.replaceChildren(text("uncopied"));
  }
});

let leaving = false;
window.addEventListener("beforeunload", (event) => {
  if (!leaving && editor.text !== settled) event.preventDefault();
});
window.addEventListener("popstate", () => {
  leaving = true;
  location.reload();
});

async function opened() {
  const characters = /^#q=([\w-]+)$/.exec(location.hash)?.[1];
  if (!characters) return;
  try {
    editor.text = settled = await unpacked(characters);
  } catch {
    status.replaceChildren(text("unreadable"));
    return;
  }
  await execute(settled, false);
}

form.querySelector(".no-script").hidden = true;
form.elements.format.disabled = true;
shareButton.hidden = part("keys").hidden = false;
part("views").hidden = !shown.query || section.querySelector("table, .empty") === null;
listPast();
window.addEventListener("hashchange", opened);
await opened();

/** A table that the server made is made anew, so that it can be sorted, where the query was quick. */
async function enrich() {
  const { query } = shown;
  if (!query || shown.result || !panels.table.querySelector("tbody") || Number(section.dataset.seconds) > 1) return;
  try {
    const result = await run(endpoint, query, most);
    const found = await labels(bench.dataset.labels, result.rows);
    if (shown.query !== query || shown.result || running) return; // another one was asked meanwhile
    shown = { query, result, labels: found };
    await view(current());
  } catch (error) {
    if (!(error instanceof Refused || error instanceof TypeError)) throw error; // the server's table stands
  }
}

await enrich();
