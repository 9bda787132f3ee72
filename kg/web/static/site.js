// Improves pages that work without it: suggestions in the search box, keys on the review bench.
"use strict";

function suggestions(input) {
  const list = document.createElement("ul");
  list.id = input.id + "-list";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0] ? input.labels[0].textContent.trim() : "");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
  })) input.setAttribute(name, value);
  let at = -1, asked = 0, timer = 0;

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function choose(number) {
    const options = [...list.children];
    at = (number + options.length) % options.length;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    input.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }
  function show(found) {
    list.replaceChildren(...found.map((item, n) => {
      const option = document.createElement("li");
      option.id = list.id + "-" + n;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.href = item.href;
      const kind = document.createElement("span");
      kind.className = "class class-" + item.class;
      kind.textContent = input.dataset.language === "en" && item.en ? item.en : item.zh;
      option.append(kind, " " + item.label + (item.name === item.label ? "" : "（" + item.name + "）"));
      option.addEventListener("mousedown", (event) => { event.preventDefault(); location.assign(item.href); });
      return option;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    at = -1;
    input.removeAttribute("aria-activedescendant");
  }
  async function ask() {
    const number = ++asked, words = input.value.trim();
    if (!words) return close();
    try {
      const answer = await fetch(input.dataset.suggest + "?q=" + encodeURIComponent(words));
      if (!answer.ok || number !== asked) return;
      show((await answer.json()).suggestions);
    } catch {
      close(); // the form works without suggestions
    }
  }
  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, 120);
  });
  input.addEventListener("compositionend", () => { timer = setTimeout(ask, 120); });
  input.addEventListener("blur", () => { asked++; close(); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") { choose(at + 1); event.preventDefault(); }
    else if (event.key === "ArrowUp") { choose(at < 0 ? -1 : at - 1); event.preventDefault(); }
    else if (event.key === "Escape") { close(); event.preventDefault(); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); location.assign(list.children[at].dataset.href); }
  });
}

// Keys act only while a card of the bench has the focus (WCAG 2.1.4); the one that undoes stands above it.
function bench(card) {
  card.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const button = document.querySelector('main button[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
    if (button) { event.preventDefault(); button.click(); }
  });
  card.focus({ preventScroll: true });
}

function copying(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.dataset.done = "✓";
  });
}

// Shows how far the server is with a new version of the graph, and the page anew when it is served.
async function applying(box) {
  const bar = box.querySelector("progress"), what = box.querySelector("[data-what]");
  for (;;) {
    await new Promise((done) => setTimeout(done, 700));
    let now;
    try {
      const answer = await fetch(box.dataset.applying);
      if (!answer.ok) continue;
      now = await answer.json();
    } catch {
      continue; // the server may be away for a moment
    }
    if (!now.running) return location.replace(location.pathname + location.search);
    bar.max = Math.max(now.of, 1);
    bar.value = now.done;
    if (what.textContent !== now.what) what.textContent = now.what;
  }
}

document.querySelectorAll("[data-applying]").forEach(applying);
document.querySelectorAll("input[data-suggest]").forEach(suggestions);
document.querySelectorAll("[data-bench]").forEach(bench);
document.querySelectorAll("button[data-copy]").forEach(copying);
