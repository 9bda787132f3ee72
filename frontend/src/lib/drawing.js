// A result as a drawing: things and the lines between them, laid out by forces, as SVG.
import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { element, number, text } from "./page.js";

const SVG = "http://www.w3.org/2000/svg";
/** Things that are drawn: more cannot be told apart. */
const MOST = 120;
/** Pixels of a letter on the screen. */
const LETTER = 12;

function svg(name, attributes = {}, ...contents) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...contents);
  return made;
}

/** Pairs of IRIs that the rows connect, each once, with the name of the connection where it has one. */
export function connections({ kind, rows }) {
  const found = new Map();
  const add = (source, target, name) => {
    if (source !== target) found.set(`${source} ${target} ${name}`, { source, target, name });
  };
  for (const row of rows) {
    if (kind === "graph") {
      const [s, p, o] = row;
      if (s?.type === "uri" && o?.type === "uri" && !p.value.endsWith("#type")) add(s.value, o.value, p.value);
    } else {
      const [first, ...others] = row.filter((cell) => cell?.type === "uri");
      for (const other of others) add(first.value, other.value, "");
    }
  }
  return [...found.values()];
}

/** The things with the most connections, and the connections among them. */
function chosen(edges) {
  const degree = new Map();
  for (const { source, target } of edges) {
    degree.set(source, (degree.get(source) ?? 0) + 1);
    degree.set(target, (degree.get(target) ?? 0) + 1);
  }
  const most = new Set([...degree].sort((a, b) => b[1] - a[1]).slice(0, MOST).map(([iri]) => iri));
  const links = edges.filter(({ source, target }) => most.has(source) && most.has(target)).map((edge) => ({ ...edge }));
  const joined = new Set(links.flatMap(({ source, target }) => [source, target]));
  return { cut: degree.size > MOST, links, nodes: [...joined].map((id) => ({ id, degree: degree.get(id) })) };
}

/** Gives the things places, in a shape that fits a wide or a narrow panel. */
function arranged(nodes, links, narrow) {
  const [across, down] = narrow ? [0.13, 0.05] : [0.06, 0.11];
  forceSimulation(nodes)
    .force("link", forceLink(links).id((node) => node.id).distance(62))
    .force("charge", forceManyBody().strength(-210).distanceMax(360))
    .force("centre", forceCenter(0, 0)).force("x", forceX().strength(across)).force("y", forceY().strength(down))
    .force("apart", forceCollide(20))
    .stop().tick(260);
}

/** About how wide a text is, in units of its size: ideographs are square. */
const breadth = (words) => [...words].reduce((sum, c) => sum + (c > "\u2e7f" ? 1 : 0.58), 0);

/** A text that is not much broader than so many ideographs. */
function short(words, most) {
  const letters = [...words];
  while (breadth(letters) > most) letters.pop();
  return letters.length < [...words].length ? `${letters.join("").trim()}…` : words;
}

/** Which labels have room, the best connected first; the others show when their thing is pointed at. */
function withRoom(nodes, size) {
  const placed = [], free = new Set();
  for (const node of [...nodes].sort((a, b) => b.degree - a.degree)) {
    const right = node.x + 14 + breadth(node.label) * size;
    const box = { left: node.x, right, top: node.y - size, bottom: node.y + size };
    const apart = (p) => p.right < box.left || p.left > box.right || p.bottom < box.top || p.top > box.bottom;
    const covers = (other) => other !== node && other.x > box.left - 5 && other.x < box.right + 5
      && Math.abs(other.y - node.y) < size / 2 + 5;
    if (placed.every(apart) && (node.degree > 2 || !nodes.some(covers))) {
      placed.push(box);
      free.add(node);
    }
  }
  return free;
}

/** The panel's contents for a result; `room` is the panel's width in pixels. */
export function drawingOf(result, labels, room) {
  const edges = connections(result);
  if (!edges.length) return [element("p", { class: "empty" }, text("no-graph"))];
  const { nodes, links, cut } = chosen(edges);
  const narrow = room < 600, longest = narrow ? 9 : 14;
  arranged(nodes, links, narrow);
  const name = (iri) => labels[iri]?.label ?? iri;
  const xs = nodes.map((n) => n.x), ys = nodes.map((n) => n.y);
  const box = { x: Math.min(...xs) - 30, y: Math.min(...ys) - 30 };
  box.height = Math.max(...ys) - box.y + 30;
  box.width = Math.max(...xs) - box.x + 30;
  // letters keep their size on the screen, whatever the scale; room for the longest label is left on the right
  box.width /= 1 - (longest * LETTER) / room;
  const size = LETTER * Math.max(box.width / room, box.height / Math.min(704, innerHeight * 0.7));
  for (const node of nodes) node.label = short(name(node.id), longest);
  const free = withRoom(nodes, size);
  const drawing = svg("svg", {
    viewBox: `${box.x} ${box.y} ${box.width} ${box.height}`, role: "group", class: "drawing", "font-size": size,
    "aria-labelledby": "drawing-told",
  });
  for (const link of links) {
    const line = svg("line", { x1: link.source.x, y1: link.source.y, x2: link.target.x, y2: link.target.y });
    const steps = [link.source.id, link.name, link.target.id].filter(Boolean);
    line.append(svg("title", {}, steps.map(name).join(" → ")));
    drawing.append(line);
  }
  for (const node of [...nodes].sort((a, b) => a.degree - b.degree)) {
    const { class: cls = "", href = "" } = labels[node.id] ?? {};
    const radius = 5 + Math.min(9, Math.sqrt(node.degree) * 1.6);
    const leads = /^(https?:|\/)/.test(href);
    const thing = svg(leads ? "a" : "g", { class: `thing class-${cls}`, ...(leads ? { href } : {}) });
    thing.append(svg("title", {}, name(node.id)), svg("circle", { cx: node.x, cy: node.y, r: radius }),
      svg("text", { x: node.x + radius + 4, y: node.y + size / 3, class: free.has(node) ? "" : "minor" }, node.label));
    drawing.append(thing);
  }
  zoomed(drawing, box);
  const told = element("p", { id: "drawing-told", class: "hint" });
  told.append(text(result.kind === "graph" ? "graph-triples" : "graph", {
    nodes: number(nodes.length), edges: number(links.length),
  }));
  return [cut && element("p", { class: "notice" }, text("graph-cut", { n: MOST })), told,
    element("div", { class: "canvas" }, drawing)].filter(Boolean);
}

/** Wheel (with Ctrl, so that the page still scrolls) and dragging move the view. */
function zoomed(drawing, box) {
  const show = () => drawing.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
  drawing.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const factor = event.deltaY > 0 ? 1.15 : 1 / 1.15, frame = drawing.getBoundingClientRect();
    const u = (event.clientX - frame.left) / frame.width, v = (event.clientY - frame.top) / frame.height;
    box.x += box.width * u * (1 - factor);
    box.y += box.height * v * (1 - factor);
    box.width *= factor;
    box.height *= factor;
    show();
  }, { passive: false });
  let from = null;
  drawing.addEventListener("pointerdown", (event) => { from = event.target.closest("a") ? null : event; });
  drawing.addEventListener("pointermove", (event) => {
    if (!from || !event.buttons) return;
    const scale = box.width / drawing.getBoundingClientRect().width;
    box.x -= (event.clientX - from.clientX) * scale;
    box.y -= (event.clientY - from.clientY) * scale;
    from = event;
    show();
  });
}
