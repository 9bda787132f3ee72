// Texts and elements of the page. Texts stand in the template, which translates them; here are none.

/** A text of the page as nodes, its {places} filled in. */
export function text(key, values = {}) {
  const source = document.querySelector(`[data-texts] [data-text="${key}"]`);
  if (!source) throw new Error(`the template has no text ${key}`);
  const copy = document.createDocumentFragment();
  for (const node of source.childNodes) copy.append(node.cloneNode(true));
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    walker.currentNode.data = walker.currentNode.data.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }
  return copy;
}

/** A text of the page where only characters can stand. */
export const plain = (key, values) => text(key, values).textContent;

/** An element with attributes and contents; what is null or false is left out. */
export function element(name, attributes = {}, ...contents) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...contents.filter((c) => c !== null && c !== false));
  return made;
}

export const number = (n) => n.toLocaleString("en");
