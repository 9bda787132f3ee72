// The graph explorer: draws the network that the page brings, and follows the page's own links and buttons without
// leaving it. Every state is an address; each answer is the server's page of that address, of which the parts marked
// data-part are taken over. Without this script the same links, buttons and tables work.
import { Drawing, canDraw } from "./explorer/drawing.js";
import { keys } from "./explorer/keys.js";
import { nameCompletion } from "./explorer/names.js";
import { Picked } from "./explorer/picked.js";

const stage = document.getElementById("stage");
const part = (name, from = document) => from.querySelector(`[data-part="${name}"]`);
const network = () => JSON.parse(document.getElementById("network").textContent);
let asking = null;

/** The page's form as an address; names that were suggested are sent as what they stand for. */
function address(form, button) {
  const pairs = [...new FormData(form, button)].filter(([, value]) => value !== "");
  const asked = pairs.map(([name, value]) => [name, names.meaning(name, value)]);
  return `${form.getAttribute("action")}?${new URLSearchParams(asked)}`;
}

/** Takes over another state's page; where it cannot be had, the browser goes there. */
async function go(url, { push = true } = {}) {
  asking?.abort();
  asking = new AbortController();
  stage.setAttribute("aria-busy", "true");
  let page;
  try {
    const answer = await fetch(url, { signal: asking.signal, headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("network")) return location.assign(url);
    if (push) history.pushState(null, "", answer.url);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
    return;
  }
  const focus = marked(document.activeElement);
  const open = [...document.querySelectorAll("details[data-keep]")].map((d) => [d.dataset.keep, d.open]);
  for (const old of document.querySelectorAll("[data-part]")) {
    const fresh = part(old.dataset.part, page);
    if (fresh) old.replaceWith(document.adoptNode(fresh));
  }
  for (const [name, state] of open) {
    const details = document.querySelector(`details[data-keep="${name}"]`);
    if (details) details.open = state;
  }
  document.title = page.title;
  show();
  if (focus && document.activeElement === document.body) (document.querySelector(focus) ?? stage).focus();
  stage.removeAttribute("aria-busy");
}

/** A selector that finds the control again in the page that replaces this one; empty for none. */
function marked(control) {
  if (!control || control === document.body) return "";
  if (control.id) return `#${CSS.escape(control.id)}`;
  return control.name ? `[name="${CSS.escape(control.name)}"][value="${CSS.escape(control.value)}"]` : "";
}

/** Has a sentence read out. */
function say(sentence) {
  document.getElementById("told").textContent = sentence;
}

/** The server's picture where there is no WebGL. */
function still(place) {
  const image = new Image();
  image.alt = place.dataset.alt;
  image.src = place.dataset.address;
  place.replaceChildren(image);
}

function show() {
  names.attach();
  if (drawing) drawing.draw(network());
  else if (stage) still(part("still"));
  picked.show(drawing?.picked ?? "");
  say(document.getElementById("counts").textContent);
}

const names = nameCompletion();
const picked = new Picked(document.getElementById("picked"), document.getElementById("evidence"));
let drawing = null;

if (stage) {
  if (canDraw()) {
    stage.hidden = false;
    document.querySelector(".stage-bar").hidden = false;
    drawing = new Drawing(stage, {
      pick: (key) => say(picked.show(key)),
      follow: (source, target) => picked.evidence(source, target),
      unfold: (key) => picked.toggle(key),
    });
    keys(stage, drawing);
    document.querySelector(".stage-bar").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) drawing[button.dataset.camera]();
    });
  } else {
    document.querySelector("details[data-keep=tables]").open = true;
  }
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "explore") return;
    event.preventDefault();
    go(address(event.target, event.submitter));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (link.matches("[data-look]")) go(link.href);
    else if (link.matches("[data-evidence]")) picked.fetched(link.href);
    else return;
    event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[form=explore][type=checkbox], #explore select")) event.target.form.requestSubmit();
  });
  addEventListener("popstate", () => go(location.href, { push: false }));
  show();
} else {
  names.attach();
  document.getElementById("explore").addEventListener("submit", (event) => {
    event.preventDefault();
    location.assign(address(event.target, event.submitter));
  });
}
