// Which boxes are to be seen: a folded layer is one box in place of all that is inside it.

const folded = new Set();

/** What stands for a node: itself, or the outermost folded layer around it. */
function standIn(node) {
  const layer = pathOf(nodes[node].layer).find((at) => folded.has(at));
  return layer === undefined ? `n${node}` : `l${layer}`;
}

/** The visible boxes in a tree of frames, and the edges between them: what the layout is given. */
function visibleGraph() {
  const root = { id: "root", layer: null, parent: null, items: [], frames: [] };
  const frames = new Map([[null, root]]);
  const items = new Map();
  const frameOf = (layer) => {
    if (!frames.has(layer)) {
      const parent = frameOf(layers[layer].parent);
      const frame = { id: `f${layer}`, layer, parent, items: [], frames: [] };
      frames.set(layer, frame);
      parent.frames.push(frame);
    }
    return frames.get(layer);
  };
  nodes.forEach((node, i) => {
    const id = standIn(i);
    if (!items.has(id)) {
      const layer = id[0] === "l" ? Number(id.slice(1)) : null;
      const frame = frameOf(layer === null ? node.layer : layers[layer].parent);
      items.set(id, { id, node: layer === null ? i : null, layer, inside: [], frame });
      frame.items.push(items.get(id));
    }
    items.get(id).inside.push(i);
  });
  return { root, items, edges: visibleEdges(items) };
}

/** The edges between visible boxes; those that come to lie on one another are one. */
function visibleEdges(items) {
  const edges = new Map();
  for (const arrow of arrows) {
    const from = standIn(arrow.from),
      to = standIn(arrow.to);
    if (from === to) continue;
    const key = from[0] === "l" || to[0] === "l" ? `${from} ${to}` : `${from} ${to} ${arrow.index}`;
    if (!edges.has(key))
      edges.set(key, {
        id: key,
        from: items.get(from),
        to: items.get(to),
        arrows: [],
        label: to[0] === "l" ? "" : arrow.label,
      });
    edges.get(key).arrows.push(arrow);
  }
  const list = [...edges.values()];
  for (const item of items.values()) {
    // where edges enter: side by side, in the order of the arguments
    const into = list.filter((edge) => edge.to === item);
    into.forEach((edge, i) => {
      edge.slot = (i + 1) / (into.length + 1);
    });
  }
  return list;
}

function foldAll(on) {
  folded.clear();
  if (on)
    layers.forEach((layer, i) => {
      if (layer.parent === null) folded.add(i);
    });
}

/** Unfold whatever hides a node. */
function reveal(node) {
  const hidden = pathOf(nodes[node].layer).filter((at) => folded.has(at));
  hidden.forEach((at) => folded.delete(at));
  return hidden.length > 0;
}
