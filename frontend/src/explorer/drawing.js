// The network on sigma's canvas: where nodes stand and what colour they have is the server's word; the theme's
// colours come from the style sheet.
import { createNodeBorderProgram } from "@sigma/node-border";
import { MultiDirectedGraph } from "graphology";
import Sigma from "sigma";
import { createEdgeArrowProgram, EdgeRectangleProgram } from "sigma/rendering";
import { animateNodes } from "sigma/utils";
import { aligned } from "./align.js";

const MOVING = 500; // milliseconds in which nodes go to new places
const NAMED = 70; // up to so many nodes all names are shown, on a stage that is not narrow
const NARROW = 600; // pixels
const CROWD = 250; // edges among which arrows and dark lines would hide all else
const PADDING = 56; // pixels around the network
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Can this browser draw with WebGL? */
export function canDraw() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

const ringed = createNodeBorderProgram({
  borders: [
    { size: { attribute: "ring", defaultValue: 1, mode: "pixels" }, color: { attribute: "ringColor" } },
    { size: { fill: true }, color: { attribute: "color" } },
  ],
});

const arrow = createEdgeArrowProgram({ lengthToThicknessRatio: 5, widenessToThicknessRatio: 4 });

export class Drawing {
  /** `does` has pick(key), follow(source, target) and unfold(key). */
  constructor(stage, does) {
    this.stage = stage;
    this.does = does;
    this.graph = new MultiDirectedGraph();
    this.picked = "";
    this.pointed = "";
    this.stop = () => {};
    this.sigma = new Sigma(this.graph, stage, {
      allowInvalidContainer: true,
      defaultNodeType: "ringed",
      nodeProgramClasses: { ringed },
      edgeProgramClasses: { arrow, line: EdgeRectangleProgram },
      enableEdgeEvents: true,
      renderEdgeLabels: true,
      zIndex: true,
      minCameraRatio: 0.05,
      maxCameraRatio: 3,
      stagePadding: PADDING,
      minEdgeThickness: 1,
      labelSize: 13,
      edgeLabelSize: 12,
      defaultDrawNodeHover: (...told) => this.#plate(...told),
      nodeReducer: (key, data) => this.#node(key, data),
      edgeReducer: (key, data) => this.#edge(key, data),
    });
    this.sigma.on("clickNode", ({ node }) => this.pick(node));
    this.sigma.on("clickStage", () => this.pick(""));
    this.sigma.on("clickEdge", ({ edge }) => does.follow(...this.graph.extremities(edge)));
    this.sigma.on("doubleClickNode", (event) => {
      event.preventSigmaDefault();
      does.unfold(event.node);
    });
    for (const [name, kind] of [["enterNode", "node"], ["leaveNode", ""], ["enterEdge", "edge"], ["leaveEdge", ""]]) {
      this.sigma.on(name, (event) => {
        this.pointed = kind ? event[kind] : "";
        stage.classList.toggle("pointing", Boolean(kind));
        this.sigma.scheduleRefresh();
      });
    }
    // the wheel scrolls the page until the picture has the focus
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== stage) event.stopPropagation();
    }, { capture: true, passive: true });
    stage.addEventListener("pointerdown", () => stage.focus({ preventScroll: true }));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#theme());
    this.#theme();
  }

  /** Shows a network; nodes that stay move to their new places. */
  draw({ nodes, edges, directed }) {
    this.stop();
    const places = aligned(nodes, (key) => this.graph.hasNode(key) && this.graph.getNodeAttributes(key));
    const first = this.graph.order === 0;
    const wanted = new Set(nodes.map((n) => n.key));
    this.graph.forEachNode((key) => wanted.has(key) || this.graph.dropNode(key));
    this.graph.clearEdges();
    for (const node of nodes) {
      const { key, label, more, ...rest } = node;
      const shown = { ...rest, label: more ? `${label} ＋${more}` : label, forceLabel: node.start, cls: node.class };
      if (this.graph.hasNode(key)) {
        const { x, y } = this.graph.getNodeAttributes(key);
        this.graph.mergeNodeAttributes(key, { ...shown, x, y });
      } else {
        this.graph.addNode(key, { ...shown, ...(first ? places[key] : this.#birthplace(key, edges) ?? places[key]) });
      }
    }
    this.crowd = edges.length > CROWD;
    const kind = directed && !this.crowd ? "arrow" : "line";
    for (const edge of edges) {
      const { source, target, ...shown } = edge;
      this.graph.addEdge(source, target, { ...shown, type: kind });
    }
    if (!this.graph.hasNode(this.picked)) this.picked = "";
    this.narrow = this.stage.clientWidth < NARROW;
    const many = nodes.length > NAMED || this.narrow;
    this.sigma.setSetting("labelDensity", many ? 0.6 : 8);
    this.sigma.setSetting("labelGridCellSize", this.narrow ? 170 : 100);
    this.sigma.setSetting("labelRenderedSizeThreshold", many && !this.narrow ? 7 : 0);
    this.sigma.setCustomBBox(nodes.length > 1 ? this.#frame(places, many) : null);
    if (first || still.matches) this.graph.updateEachNodeAttributes((key, data) => ({ ...data, ...places[key] }));
    else this.stop = animateNodes(this.graph, places, { duration: MOVING, easing: "quadraticInOut" });
    this.sigma.refresh();
  }

  /** Picks a node; the empty key picks none. */
  pick(key) {
    this.picked = key;
    this.sigma.refresh({ skipIndexation: true });
    this.does.pick(key);
  }

  zoomIn() { this.sigma.getCamera().animatedZoom({ duration: still.matches ? 0 : 200 }); }
  zoomOut() { this.sigma.getCamera().animatedUnzoom({ duration: still.matches ? 0 : 200 }); }
  fit() { this.sigma.getCamera().animatedReset({ duration: still.matches ? 0 : 200 }); }

  /** The frame of the new places and names at once: sigma would else rescale in every step of the way. */
  #frame(places, many) {
    const all = Object.entries(places), xs = all.map(([, p]) => p.x), ys = all.map(([, p]) => p.y);
    const left = Math.min(...xs), room = Math.max(1, this.stage.clientWidth - 2 * PADDING);
    let right = Math.max(...xs);
    // names are as wide on any scale: the wider the frame, the more of it they take; it settles quickly
    for (let round = 0; round < 4 && !many; round++) {
      const pixel = (right - left) / room;
      right = Math.max(...all.map(([key, { x }]) => {
        const { label, size } = this.graph.getNodeAttributes(key);
        return x + pixel * Math.max(0, size + label.length * this.sigma.getSetting("labelSize") - PADDING);
      }));
    }
    return { x: [left, right], y: [Math.min(...ys), Math.max(...ys)] };
  }

  /** A new node comes out of a neighbour that is there already. */
  #birthplace(key, edges) {
    const edge = edges.find(({ source, target }) =>
      (source === key && this.graph.hasNode(target)) || (target === key && this.graph.hasNode(source)));
    if (!edge) return undefined;
    const { x, y } = this.graph.getNodeAttributes(edge.source === key ? edge.target : edge.source);
    return { x, y };
  }

  #near(key) {
    const focus = this.picked;
    return !focus || key === focus || this.graph.areNeighbors(key, focus);
  }

  #node(key, data) {
    const near = this.#near(key) || data.path, chosen = key === this.picked;
    return {
      ...data,
      color: near ? data.color : this.colours.faded,
      ring: chosen ? 6 : data.start ? 5 : 2,
      ringColor: chosen || data.start ? this.colours.accent : this.colours.ring,
      size: data.size * (this.narrow ? 0.7 : 1) + (chosen || data.start ? 3 : 0),
      label: near ? data.label : "",
      forceLabel: data.forceLabel || data.path || (Boolean(this.picked) && near),
      highlighted: chosen,
      zIndex: near ? 1 : 0,
    };
  }

  #edge(key, data) {
    const [source, target] = this.graph.extremities(key);
    const touched = [source, target, key].includes(this.pointed) || [source, target].includes(this.picked);
    return {
      ...data,
      color: data.path || touched ? this.colours.accent : this.picked ? this.colours.faded
        : this.crowd ? this.colours["edge-faint"] : this.colours.edge,
      size: data.path ? 3 : (touched ? 2.5 : this.crowd ? 1.2 : 1.8) + 3 * data.weight,
      label: data.path || touched ? data.label : "",
      forceLabel: data.path || touched,
      zIndex: data.path || touched ? 1 : 0,
    };
  }

  #theme() {
    const style = getComputedStyle(this.stage);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.colours = Object.fromEntries(
      ["accent", "edge", "edge-faint", "faded", "ink", "ring", "sheet", "soft"].map((name) => [name, colour(name)]),
    );
    for (const name of ["labelFont", "edgeLabelFont"]) this.sigma.setSetting(name, style.fontFamily);
    this.sigma.setSetting("labelColor", { color: this.colours.ink });
    this.sigma.setSetting("edgeLabelColor", { color: this.colours.soft });
    this.sigma.refresh();
  }

  /** A node under the pointer or picked: its name on a plate. */
  #plate(context, data, settings) {
    if (!data.label) return;
    context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
    const wide = context.measureText(data.label).width, high = settings.labelSize + 10;
    const right = data.x + data.size + 3, fits = right + wide + 12 < this.stage.clientWidth;
    const left = fits ? right : data.x - data.size - wide - 11, top = data.y - high / 2;
    context.fillStyle = this.colours.sheet;
    context.strokeStyle = this.colours.accent;
    context.lineWidth = 1.5;
    context.beginPath();
    context.roundRect(left - 4, top, wide + 12, high, 5);
    context.fill();
    context.stroke();
    context.fillStyle = this.colours.ink;
    context.fillText(data.label, left + 2, data.y + settings.labelSize / 3);
  }
}
