// The rows as a table: things by their names or IRIs, sorted by any column.
import { element, text } from "./page.js";

const NUMERIC = /[#](integer|decimal|double|float|int|long|gYear)$/;

function shown(cell, labels, iris) {
  if (!cell) return "";
  return cell.type === "uri" && !iris ? labels[cell.value]?.label ?? cell.value : cell.value;
}

function content(cell, labels, iris) {
  if (!cell) return "";
  const printed = shown(cell, labels, iris);
  if (cell.type !== "uri") return printed;
  const href = labels[cell.value]?.href ?? cell.value;
  // only addresses of the web: a result may hold any IRI, javascript: among them
  return /^(https?:|\/)/.test(href) ? element("a", { href, title: cell.value }, printed) : printed;
}

/** The panel's contents for a result. */
export function tableOf({ names, rows, more }, labels) {
  let order = null, iris = false;
  const numeric = names.map((_, n) => {
    const cells = rows.map((row) => row[n]).filter(Boolean);
    return cells.length > 0 && cells.every((cell) => NUMERIC.test(cell.datatype ?? ""));
  });
  const body = element("tbody");
  const fill = () => body.replaceChildren(...sorted().map((row) => element("tr", {}, ...row.map((cell, n) => element(
    "td", { class: numeric[n] ? "number" : null, lang: cell?.["xml:lang"] ?? null }, content(cell, labels, iris),
  )))));
  function sorted() {
    if (!order) return rows;
    const { column, down } = order;
    const key = (row) => shown(row[column], labels, iris);
    const compare = numeric[column]
      ? (a, b) => Number(key(a)) - Number(key(b))
      : (a, b) => key(a).localeCompare(key(b), "zh-Hant");
    return [...rows].sort((a, b) => (down ? compare(b, a) : compare(a, b)));
  }
  const heads = names.map((name, column) => {
    const button = element("button", { type: "button", class: "sort" }, name);
    const head = element("th", { scope: "col", class: numeric[column] ? "number" : null }, button);
    button.addEventListener("click", () => {
      const down = order?.column === column ? !order.down : numeric[column];
      order = { column, down };
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      fill();
    });
    return head;
  });
  fill();
  const things = rows.some((row) => row.some((cell) => cell?.type === "uri"));
  const toggle = element("button", { type: "button", class: "button second small", "aria-pressed": "false" });
  toggle.append(text("iris"));
  toggle.addEventListener("click", () => {
    iris = !iris;
    toggle.setAttribute("aria-pressed", String(iris));
    fill();
  });
  const region = { class: "scroll tall", role: "region", "aria-labelledby": "result-title", tabindex: "0" };
  return [
    more && element("p", { class: "notice" }, text("cut", { n: rows.length })),
    things && element("p", { class: "table-tools" }, toggle),
    element("div", region, element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body)),
  ].filter(Boolean);
}

/** The panel's contents where there is no row, or one truth value. */
export const answerOf = (boolean) => [element("p", { class: "answer" }, text(boolean ? "yes" : "no"))];
export const nothing = () => [element("p", { class: "empty" }, text("empty"))];
