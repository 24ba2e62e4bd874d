// Edges as curves, and what is written beside them.

/** The path through points [x, y]: straight along lanes, a cubic from column to column. */
function pathThrough(points, across) {
  let path = `M${point(points[0])}`;
  for (let i = 1; i < points.length; i += 1) {
    const [x, y] = points[i - 1],
      [p, q] = points[i];
    if (across ? y === q : x === p) path += `L${point(points[i])}`;
    else if (across) path += `C${point([(x + p) / 2, y])} ${point([(x + p) / 2, q])} ${point([p, q])}`;
    else path += `C${point([x, (y + q) / 2])} ${point([p, (y + q) / 2])} ${point([p, q])}`;
  }
  return path;
}

const point = ([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`;

/** Where the part that goes back along an edge is written: beside the box that gets it. */
function receiving([[x, y]], width) {
  return across ? [x + 12 + width / 2, y] : [x, y + 25];
}

function drawEdge(edge, across) {
  const points = edge.route.map(([u, v]) => (across ? [u, v] : [v, u]));
  edge.points = points;
  const line = makeSvg("path", { class: "line", d: pathThrough(points, across) });
  const group = makeSvg("g", { class: "edge", "data-edge": edge.id }, line);
  if (edge.label) {
    const [x, y] = points.at(-1);
    group.append(
      makeSvg(
        "text",
        {
          class: "arg",
          x: across ? x - 11 : x + 5,
          y: across ? y - 5 : y - 11,
          "text-anchor": across ? "end" : "start",
        },
        edge.label,
      ),
    );
  }
  edge.group = group;
  edge.line = line;
  return group;
}

/** Show an edge as it is at a moment: not yet used, carrying a value forward, or a part of a gradient backward. */
function paintEdge(edge, moment, at) {
  const used = edge.arrows.some((arrow) => valueAt[arrow.to] <= at);
  const forward = moment.kind === "forward" && edge.arrows.some((arrow) => arrow.to === moment.node);
  const parts =
    moment.kind === "backward"
      ? moment.parts.filter((part) =>
          edge.arrows.some((arrow) => arrow.to === moment.node && arrow.index === part.index),
        )
      : [];
  set(edge.group, "class", `edge${used ? " used" : ""}${forward ? " forward" : ""}${parts.length ? " backward" : ""}`);
  set(edge.line, "marker-start", parts.length ? "url(#tip-back)" : "none");
  set(edge.line, "marker-end", parts.length ? "none" : forward ? "url(#tip-ahead)" : "url(#tip)");
  return parts;
}

/** A value in at most ten letters: its shape if its entries are too many. */
const brief = (value) => (value.short.length <= 10 ? value.short : shapeOf(value.about) || value.short);

/** The parts on their way back, written on their edges. */
function pill(edge, parts) {
  const text = parts.map((part) => (part.nth > 1 ? "+" : "") + brief(values[part.value])).join(" ");
  const width = textWidth(text, "small") + 14,
    [x, y] = receiving(edge.points, width);
  return makeSvg(
    "g",
    { class: "pill", transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` },
    makeSvg("rect", { x: -width / 2, y: -11, width, height: 22, rx: 11 }),
    makeSvg("text", { "text-anchor": "middle", y: 4.5 }, text),
  );
}
