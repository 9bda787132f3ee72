// What is picked, told in words beside the picture; taken from the tables' rows, so that both always say the same.
export class Picked {
  constructor(panel, evidence) {
    this.panel = panel;
    this.panelEvidence = evidence;
    evidence?.querySelector(".close").addEventListener("click", () => { evidence.hidden = true; });
  }

  #row(key) {
    return document.querySelector(`tr[data-key="${CSS.escape(key)}"]`);
  }

  /** Tells of a node, and gives what is to be read out; the empty key clears the panel. */
  show(key) {
    const row = key && this.#row(key);
    this.panel.hidden = !row;
    if (!row) return "";
    const [name, kind] = row.cells;
    this.panel.querySelector("[data-slot=name]").replaceChildren(...clones(name));
    this.panel.querySelector("[data-slot=class]").replaceChildren(...clones(kind));
    this.panel.querySelector("[data-slot=does]").replaceChildren(...clones(row.querySelector(".does")));
    const links = [...document.querySelectorAll("tr[data-source]")].filter(
      ({ dataset }) => dataset.source === key || dataset.target === key);
    this.panel.querySelector("[data-slot=links]").replaceChildren(...links.map((edge) => {
      const item = document.createElement("li"), [from, relation, to, proof] = edge.cells;
      const [arrow, other] = edge.dataset.source === key ? ["→ ", to] : ["← ", from];
      item.append(arrow, ...clones(relation), " ", ...clones(other), " ", ...clones(proof));
      return item;
    }));
    return `${name.textContent}, ${kind.textContent}, ${links.length} ${this.panel.dataset.links}`;
  }

  /** Opens or closes a node by its own button. */
  toggle(key) {
    this.#row(key)?.querySelector("[name=expand], [name=collapse]")?.click();
  }

  /** Shows what is said of two things. */
  evidence(source, target) {
    const row = [...document.querySelectorAll("tr[data-source]")].find(
      ({ dataset }) => dataset.source === source && dataset.target === target);
    if (row) this.fetched(row.querySelector("a[data-evidence]").href);
  }

  /** Shows the evidence of an address beside the picture; where it cannot be had, the browser goes there. */
  async fetched(address) {
    let found;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      found = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("said");
    } catch {
      found = null;
    }
    if (!found) return location.assign(address);
    this.panelEvidence.querySelector("[data-slot=said]").replaceChildren(document.adoptNode(found));
    this.panelEvidence.hidden = false;
    const head = this.panelEvidence.querySelector("h2");
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
    this.panelEvidence.scrollIntoView({ block: "nearest" });
  }
}

const clones = (cell) => [...cell.childNodes].map((node) => node.cloneNode(true));
