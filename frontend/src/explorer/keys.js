// The picture by keyboard: arrows go to the node that lies there, Enter unfolds, + - 0 zoom, Escape lets go.
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The nearest node in a direction on the screen; what lies aside counts twice as far. */
function towards({ graph, sigma, picked }, [dx, dy]) {
  const at = (key) => sigma.graphToViewport(graph.getNodeAttributes(key));
  const { x, y } = at(picked);
  let best = picked, least = Infinity;
  graph.forEachNode((key) => {
    const place = at(key), along = (place.x - x) * dx + (place.y - y) * dy;
    const aside = Math.abs((place.x - x) * dy) + Math.abs((place.y - y) * dx);
    if (key !== picked && along > 1 && along + 2 * aside < least) [best, least] = [key, along + 2 * aside];
  });
  return best;
}

export function keys(stage, drawing) {
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { graph, picked } = drawing;
    if (ARROWS[event.key] && graph.order) {
      const first = graph.findNode((_, data) => data.start) ?? graph.nodes()[0];
      drawing.pick(picked ? towards(drawing, ARROWS[event.key]) : first);
    } else if (event.key === "Enter" && picked) drawing.does.unfold(picked);
    else if (event.key === "Escape" && picked) drawing.pick("");
    else if (event.key === "+" || event.key === "=") drawing.zoomIn();
    else if (event.key === "-") drawing.zoomOut();
    else if (event.key === "0") drawing.fit();
    else return;
    event.preventDefault();
  });
}
