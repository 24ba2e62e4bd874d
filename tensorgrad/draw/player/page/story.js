// The story: what was computed, and the moments in which it is told.

const story = JSON.parse(document.getElementById("story").textContent);
const { nodes, layers, values } = story;

// A frame around nearly everything says nothing: the model itself is not drawn where it is the only one.
const outermost = layers.flatMap((layer, i) => (layer.parent === null ? [i] : []));
if (outermost.length === 1 && layers.length > 1) {
  for (const thing of layers) if (thing.parent === outermost[0]) thing.parent = null;
  for (const node of nodes) if (node.layer === outermost[0]) node.layer = null;
  layers[outermost[0]].parent = undefined;
}

const numbers = story.seed !== null; // a compiled program is shown without: it has none until it runs

const moments = [
  { kind: "start" },
  ...story.forward.map((node) => ({ kind: "forward", node })),
  ...(numbers ? [{ kind: "seed", node: story.root }] : []),
  ...story.backward.map((step) => ({ kind: "backward", ...step })),
  { kind: "end" },
];
const seedMoment = story.forward.length + 1;

// By node: the moment at which its value is known, and the moments at which its gradient grows.
const valueAt = nodes.map(() => 0);
const growth = nodes.map(() => []);
const backwardAt = nodes.map(() => null);

moments.forEach((moment, at) => {
  if (moment.kind === "forward") valueAt[moment.node] = at;
  if (moment.kind === "seed") growth[moment.node].push({ at, total: story.seed, nth: 1, of: 1 });
  if (moment.kind !== "backward") return;
  backwardAt[moment.node] = at;
  for (const part of moment.parts) growth[part.node].push({ at, total: part.total, nth: part.nth, of: part.of });
});

/** What has reached a node's gradient by a moment: null, or its sum and how many parts of how many are in it. */
function gradientAt(node, at) {
  let known = null;
  for (const stage of growth[node]) if (stage.at <= at) known = stage;
  return known;
}

/** The layers around a node or layer, outermost first. */
function pathOf(layer) {
  const path = [];
  for (let at = layer; at !== null && at !== undefined; at = layers[at].parent) path.unshift(at);
  return path;
}

const layerName = (layer) =>
  pathOf(layer)
    .map((at) => layers[at].name)
    .join(" / ");

/** The edges into ops, one per argument. */
const arrows = nodes.flatMap((node, to) =>
  node.inputs.map((input) => ({
    from: input.from,
    to,
    index: input.index,
    label: input.label,
    of: node.inputs.length,
    place: node.inputs.indexOf(input),
  })),
);
