/**
 * New places turned (and mirrored where that fits better) so that nodes which are shown already stay as near as can
 * be to where they are: the least squares of the rotation (orthogonal Procrustes in the plane).
 * `before(key)` gives the present x and y, or something false.
 */
export function aligned(nodes, before) {
  const known = nodes.map((n) => [n, before(n.key)]).filter(([, old]) => old);
  const mean = (values) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const [nx, ny] = [mean(known.map(([n]) => n.x)), mean(known.map(([n]) => n.y))];
  const [ox, oy] = [mean(known.map(([, o]) => o.x)), mean(known.map(([, o]) => o.y))];
  let best = { length: -1, mirror: 1, cos: 1, sin: 0 };
  for (const mirror of known.length > 1 ? [1, -1] : []) {
    let along = 0, across = 0;
    for (const [n, o] of known) {
      const x = (n.x - nx) * mirror, y = n.y - ny;
      along += x * (o.x - ox) + y * (o.y - oy);
      across += x * (o.y - oy) - y * (o.x - ox);
    }
    const length = Math.hypot(along, across);
    if (length > best.length && length > 0) best = { length, mirror, cos: along / length, sin: across / length };
  }
  return Object.fromEntries(nodes.map(({ key, x, y }) => {
    const mirrored = x * best.mirror;
    return [key, { x: mirrored * best.cos - y * best.sin, y: mirrored * best.sin + y * best.cos }];
  }));
}
