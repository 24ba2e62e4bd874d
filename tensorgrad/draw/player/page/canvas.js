// The graph on the page: boxes, frames and edges as SVG, in one world that is moved and scaled.

const svg = document.getElementById("graph"),
  world = document.getElementById("world");
const view = { x: 0, y: 0, k: 1 };
let across = true; // left to right
let scene = null;

const FONTS = {
  name: "600 14px system-ui, sans-serif",
  small: "13px ui-monospace, Menlo, Consolas, monospace",
  badge: "600 15px system-ui, sans-serif",
  tiny: "11px system-ui, sans-serif",
};
const pen = document.createElement("canvas").getContext("2d");
const textWidth = remembered((text, font) => {
  pen.font = FONTS[font];
  return pen.measureText(text).width;
});

/** Cut a text to a width. */
const cut = remembered((text, width, font) => {
  if (textWidth(text, font) <= width) return text;
  const letters = [...text];
  while (letters.length && textWidth(`${letters.join("")}…`, font) > width) letters.pop();
  return `${letters.join("")}…`;
});

/** A function of texts and numbers that computes each result once. */
function remembered(compute) {
  const known = new Map();
  return (...given) => {
    const key = given.join("\u0000");
    if (!known.has(key)) known.set(key, compute(...given));
    return known.get(key);
  };
}

/** Set an attribute, or the text, where it is not that already: what is not touched is not drawn again. */
function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const WIDEST = 190,
  NARROWEST = 92,
  PAD = 10;

/** The size of a box, and what is written in it. */
function size(item) {
  const node = item.node === null ? null : nodes[item.node];
  item.title = node ? node.name : layers[item.layer].name;
  item.badge = node ? (node.symbol ?? "") : "";
  item.shape = node ? shapeOf(node.about) : "";
  const badge = item.badge ? Math.min(textWidth(item.badge, "badge"), 90) + 16 : 0;
  const above = badge + textWidth(item.title, "name") + (item.shape ? textWidth(item.shape, "tiny") + 10 : 0);
  const texts = node
    ? [values[node.value].short, ...growth[item.node].map((stage) => `∂ ${values[stage.total].short}`)]
    : [countOf(item)];
  const below = Math.max(...texts.map((text) => textWidth(text, "small")));
  item.w = Math.ceil(Math.min(WIDEST, Math.max(NARROWEST, above + 2 * PAD, below + 2 * PAD)));
  item.h = !node ? 66 : growth[item.node].length ? 66 : 48;
  [item.du, item.dv] = across ? [item.w, item.h] : [item.h, item.w];
}

function countOf(item) {
  const ops = item.inside.filter((i) => nodes[i].op).length;
  return `${ops} op${ops === 1 ? "" : "s"}`;
}

/** Lay out and draw what is visible now. */
function redraw() {
  const started = performance.now();
  const graph = visibleGraph();
  GAP.rank = across ? 100 : 46;
  graph.items.forEach(size);
  const padding = across
    ? { start: 14, end: 14, low: 34, high: 12, least: 120 }
    : { start: 36, end: 12, low: 14, high: 14, leastAcross: 120 };
  layOut(graph, padding);
  world.replaceChildren(
    makeSvg("g", { class: "frames" }),
    makeSvg("g", { class: "edges" }),
    makeSvg("g", { class: "handles" }),
    makeSvg("g", { class: "boxes" }),
    makeSvg("g", { class: "pills", "aria-hidden": "true" }),
  );
  const [frames, edges, handles, boxes] = world.children;
  const drawFrames = (frame) => {
    for (const inner of frame.frames) {
      drawFrame(inner, frames, handles);
      drawFrames(inner);
    }
  };
  drawFrames(graph.root);
  for (const edge of graph.edges) edges.append(drawEdge(edge, across));
  for (const item of graph.items.values()) boxes.append(drawBox(item));
  scene = {
    ...graph,
    w: across ? graph.root.du : graph.root.dv,
    h: across ? graph.root.dv : graph.root.du,
    took: performance.now() - started,
  };
}

/** The corner of a box or frame on the page. */
const cornerOf = (thing) => (across ? [thing.u, thing.v - thing.dv / 2] : [thing.v - thing.dv / 2, thing.u]);

function drawFrame(frame, frames, handles) {
  const [x, y] = cornerOf(frame),
    [w, h] = across ? [frame.du, frame.dv] : [frame.dv, frame.du];
  const name = layers[frame.layer].name;
  const handle = makeSvg(
    "g",
    {
      class: "handle",
      role: "button",
      tabindex: 0,
      "aria-expanded": "true",
      "aria-label": `Layer ${name}: fold`,
      "data-fold": frame.layer,
    },
    makeSvg("rect", { x: x + 6, y: y + 5, width: Math.min(w - 12, textWidth(name, "name") + 34), height: 24, rx: 6 }),
    makeSvg("text", { x: x + 14, y: y + 22, class: "sign" }, "−"),
    makeSvg("text", { x: x + 32, y: y + 22 }, cut(name, w - 44, "name")),
  );
  frames.append(makeSvg("rect", { x, y, width: w, height: h, rx: 12, class: "frame" }));
  handles.append(handle);
}

function drawBox(item) {
  const [x, y] = cornerOf(item),
    kind = item.node === null ? "layer" : nodes[item.node].kind;
  const group = makeSvg("g", {
    class: `box ${kind}`,
    transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
    tabindex: 0,
    role: "button",
    "data-item": item.id,
  });
  group.append(
    makeSvg("rect", {
      class: "body",
      width: item.w,
      height: item.h,
      rx: kind === "parameter" || kind === "input" ? 4 : 12,
    }),
  );
  const badge = cut(item.badge, 90, "badge"),
    width = badge ? textWidth(badge, "badge") + 12 : 0;
  if (badge)
    group.append(
      makeSvg("rect", { class: "plate", x: 6, y: 6, width, height: 22, rx: 7 }),
      makeSvg("text", { class: "badge", x: 12, y: 22 }, badge),
    );
  const left = badge ? width + 12 : PAD,
    shape = cut(item.shape, 80, "tiny"),
    room = item.w - left - PAD - (shape ? textWidth(shape, "tiny") + 6 : 0);
  group.append(
    makeSvg(
      "text",
      { class: "name", x: left, y: 22 },
      (item.layer === null ? "" : "+ ") + cut(item.title, room, "name"),
    ),
  );
  if (shape) group.append(makeSvg("text", { class: "shape", x: item.w - PAD, y: 21, "text-anchor": "end" }, shape));
  item.first = group.appendChild(makeSvg("text", { class: "forwardtext", x: PAD, y: 41 }));
  item.second = group.appendChild(makeSvg("text", { class: "backwardtext", x: PAD, y: 58 }));
  item.group = group;
  return group;
}

/** Show every box and edge as it is at a moment. */
function paint(at) {
  const moment = moments[at];
  const pills = world.querySelector(".pills");
  pills.replaceChildren();
  for (const item of scene.items.values()) paintBox(item, moment, at);
  const coming = new Map(); // by box that gets them: the edge of the first, and all parts
  for (const edge of scene.edges) {
    const parts = paintEdge(edge, moment, at);
    if (parts.length)
      coming.set(edge.from, {
        edge: coming.get(edge.from)?.edge ?? edge,
        parts: [...(coming.get(edge.from)?.parts ?? []), ...parts],
      });
  }
  for (const { edge, parts } of coming.values())
    pills.append(
      pill(
        edge,
        parts.sort((p, q) => p.nth - q.nth),
      ),
    );
}

function paintBox(item, moment, at) {
  const last = item.inside.at(-1),
    known = item.inside.every((i) => valueAt[i] <= at);
  const current = item.inside.includes(moment.node),
    receives = moment.kind === "backward" && moment.parts.some((part) => item.inside.includes(part.node));
  const state = [
    known ? "known" : "unknown",
    current ? `current ${moment.kind === "forward" ? "ahead" : "back"}` : "",
    receives ? "receives" : "",
  ];
  const kind = item.node === null ? "layer" : nodes[item.node].kind;
  const stage = item.node === null ? null : gradientAt(item.node, at);
  const value = values[nodes[last].value],
    room = item.w - 2 * PAD;
  const bad = (known && value.bad) || (stage && values[stage.total].bad);
  state.push(hits.has(item.id) ? "hit" : "", bad ? "bad" : "");
  set(item.group, "class", ["box", kind, ...state].filter(Boolean).join(" "));
  write(
    item.first,
    item.node === null ? cut(countOf(item), room, "small") : known ? cut(value.short, room, "small") : "",
  );
  const inner = item.node === null && current ? `${nodes[moment.node].symbol} ${nodes[moment.node].name}` : "";
  write(
    item.second,
    inner
      ? cut(inner, room, "small")
      : stage
        ? cut(`∂ ${values[stage.total].short}${stage.nth < stage.of ? " …" : ""}`, room, "small")
        : "",
  );
  set(item.second, "class", inner ? "innertext" : `backwardtext${stage && stage.nth < stage.of ? " partial" : ""}`);
  set(item.group, "aria-label", labelOf(item, known, stage));
}

function labelOf(item, known, stage) {
  if (item.node === null) return `Folded layer ${item.title}, ${countOf(item)}: unfold`;
  const node = nodes[item.node],
    value = values[node.value];
  const grown = stage ? `; gradient${stage.nth < stage.of ? " so far" : ""} ${inWords(values[stage.total])}` : "";
  return `${node.full}, ${node.op ? `op ${node.op}` : node.kind}, ${known ? inWords(value) : "not computed yet"}${grown}`;
}
