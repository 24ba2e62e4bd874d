// A layered layout after Sugiyama, Tagawa and Toda (1981), frame by frame: ranks by longest path, order by barycentres,
// places by isotonic regression. Each frame is laid out on its own and is then one box of the frame around it, so frames
// cannot overlap. It knows two axes only: u along the ranks, v across them.

const GAP = { rank: 64, item: 18, lane: 12 };
const SWEEPS = 12;

/** Lay out a visible graph; sizes are du × dv. Sets u, v (centre across) and width of all, and `route` of each edge. */
function layOut(graph, padding) {
  for (const item of graph.items.values()) item.frames = framesAround(item.frame);
  for (const edge of graph.edges) edge.shared = sharedDepth(edge.from.frames, edge.to.frames);
  arrange(graph.root, 0, graph.edges, { ...padding, start: 8, end: 8, low: 8, high: 8 }, padding);
  settle(graph.root, 0, 0);
  for (const edge of graph.edges) edge.route = routeOf(edge);
  return graph;
}

function framesAround(frame) {
  const frames = [];
  for (let at = frame; at; at = at.parent) frames.unshift(at);
  return frames;
}

function sharedDepth(a, b) {
  let depth = 0;
  while (a[depth] && a[depth] === b[depth]) depth += 1;
  return depth - 1;
}

/** What represents an end of an edge inside a frame: the box itself, or the frame in it that holds the box. */
const memberAt = (item, depth) => item.frames[depth + 1] ?? item;

function arrange(frame, depth, edges, own, padding) {
  for (const inner of frame.frames) arrange(inner, depth + 1, edges, padding, padding);
  const members = [...frame.items, ...frame.frames];
  const inside = edges.filter((edge) => edge.from.frames[depth] === frame || edge.to.frames[depth] === frame);
  const links = inside
    .map((edge) => ({
      edge,
      tail: edge.from.frames[depth] === frame ? memberAt(edge.from, depth) : null,
      head: edge.to.frames[depth] === frame ? memberAt(edge.to, depth) : null,
    }))
    .filter((link) => link.tail !== link.head);
  const columns = chained(frame, members, links);
  order(columns);
  assignSlots(columns);
  placeAcross(columns);
  measure(frame, columns, own);
}

/** Rank the members: one more than the last of what they need; sources stand next to what they feed. */
function ranked(members, links) {
  const rank = new Map(members.map((m) => [m, 0]));
  const waiting = new Map(members.map((m) => [m, 0]));
  const out = new Map(members.map((m) => [m, []]));
  const fed = new Set();
  for (const { tail, head } of links) {
    if (head) fed.add(head);
    if (!tail || !head) continue;
    waiting.set(head, waiting.get(head) + 1);
    out.get(tail).push(head);
  }
  const ready = members.filter((m) => !waiting.get(m)),
    done = new Set();
  while (done.size < members.length) {
    const m = ready.shift() ?? members.find((other) => !done.has(other)); // a cycle between frames is cut
    if (done.has(m)) continue;
    done.add(m);
    for (const next of out.get(m)) {
      if (done.has(next)) continue;
      rank.set(next, Math.max(rank.get(next), rank.get(m) + 1));
      waiting.set(next, waiting.get(next) - 1);
      if (!waiting.get(next)) ready.push(next);
    }
  }
  for (const m of members)
    if (!fed.has(m) && out.get(m).length) rank.set(m, Math.max(0, Math.min(...out.get(m).map((n) => rank.get(n))) - 1));
  return rank;
}

/** Columns of places: members, ports where edges cross the frame, and lanes where edges pass a column. */
function chained(frame, members, links) {
  const rank = ranked(members, links);
  const last = Math.max(0, ...rank.values());
  const columns = Array.from({ length: last + 3 }, () => []); // the first and the last hold the ports
  const enter = (place) => {
    columns[place.rank].push(place);
    return place;
  };
  const placeOf = new Map(
    members.map((m) => [m, enter({ member: m, rank: rank.get(m) + 1, du: m.du, dv: m.dv, into: [], from: [] })]),
  );
  frame.chains = new Map();
  const lane = (edge, at) => enter({ lane: edge, rank: at, du: 0, dv: 2, into: [], from: [] });
  for (const { edge, tail, head } of links) {
    const first = tail ? placeOf.get(tail) : lane(edge, 0),
      final = head ? placeOf.get(head) : lane(edge, last + 2);
    const chain = [first];
    for (let at = first.rank + 1; at < final.rank; at += 1) chain.push(lane(edge, at));
    chain.push(final);
    frame.chains.set(edge, chain);
    if (first.rank >= final.rank) continue;
    for (let i = 1; i < chain.length; i += 1) {
      const a = chain[i - 1],
        b = chain[i];
      const segment = { a, b, edge, offA: leaving(a, edge), offB: entering(b, edge) };
      a.from.push(segment);
      b.into.push(segment);
    }
  }
  return columns;
}

/** Where on a place an edge begins or ends, measured from its centre. */
const leaving = (place, edge) => (place.member?.chains ? (place.member.ports.get(edge) ?? 0) : 0);
function entering(place, edge) {
  if (!place.member) return 0;
  return place.member.chains ? (place.member.ports.get(edge) ?? 0) : (edge.slot - 0.5) * place.dv * 0.8;
}

// ---- order within the columns

function number(column) {
  column.forEach((place, i) => {
    place.at = i;
  });
}

function order(columns) {
  columns.forEach(number);
  let best = null;
  for (let sweep = 0; sweep <= SWEEPS; sweep += 1) {
    const crossed = columns.reduce((sum, column) => sum + crossings(column), 0);
    if (!best || crossed < best.crossed) best = { crossed, columns: columns.map((column) => [...column]) };
    if (!crossed || sweep === SWEEPS) break;
    const down = sweep % 2 === 0,
      list = down ? columns : [...columns].reverse();
    for (const column of list) byBarycentre(column, down);
  }
  best.columns.forEach((column, i) => {
    columns[i] = column;
    number(column);
  });
}

const near = (place, offset) => place.at + (offset / (place.dv + 1)) * 0.9;

function byBarycentre(column, down) {
  for (const place of column) {
    const spots = down ? place.into.map((s) => near(s.a, s.offA)) : place.from.map((s) => near(s.b, s.offB));
    place.key = spots.length ? spots.reduce((x, y) => x + y, 0) / spots.length : place.at;
  }
  column.sort((p, q) => p.key - q.key || p.at - q.at);
  number(column);
}

/** How many edges cross between a column and the one before: inversions, counted with a Fenwick tree. */
function crossings(column) {
  const segments = column.flatMap((place) => place.into.map((s) => [near(s.a, s.offA), near(s.b, s.offB)]));
  if (segments.length < 2) return 0;
  const ends = [...new Set(segments.map((s) => s[1]))].sort((x, y) => x - y);
  const spot = new Map(ends.map((end, i) => [end, i + 1]));
  const tree = new Array(ends.length + 1).fill(0);
  let crossed = 0,
    seen = 0;
  for (const [, end] of segments.sort((x, y) => x[0] - y[0] || x[1] - y[1])) {
    let below = 0;
    for (let i = spot.get(end); i > 0; i -= i & -i) below += tree[i];
    crossed += seen - below;
    seen += 1;
    for (let i = spot.get(end); i < tree.length; i += i & -i) tree[i] += 1;
  }
  return crossed;
}

/** Let edges enter a box in the order in which they come, so that they do not cross in front of it. */
function assignSlots(columns) {
  for (const place of columns.flat()) {
    if (!place.member || place.member.chains) continue;
    const sorted = [...place.into].sort((s, t) => near(s.a, s.offA) - near(t.a, t.offA));
    sorted.forEach((segment, i) => {
      segment.edge.slot = (i + 1) / (sorted.length + 1);
      segment.offB = entering(place, segment.edge);
    });
  }
}

// ---- places across

function placeAcross(columns) {
  for (const column of columns) {
    let v = 0;
    column.forEach((place, i) => {
      place.v = i ? v + apart(column[i - 1], place) : 0;
      v = place.v;
    });
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0,
      list = down ? columns : [...columns].reverse();
    for (const column of list) regress(column, sweep > SWEEPS - 3 ? "both" : down ? "into" : "from");
  }
}

const apart = (p, q) => (p.dv + q.dv) / 2 + (p.member && q.member ? GAP.item : GAP.lane);

function wish(place, side) {
  const pull = [];
  if (side !== "from")
    for (const s of place.into) pull.push([s.a.v + s.offA - s.offB, s.a.member || s.b.member ? 1 : 4]);
  if (side !== "into")
    for (const s of place.from) pull.push([s.b.v + s.offB - s.offA, s.a.member || s.b.member ? 1 : 4]);
  const weight = pull.reduce((sum, [, w]) => sum + w, 0);
  return weight ? [pull.reduce((sum, [v, w]) => sum + v * w, 0) / weight, weight] : [place.v, 0.01];
}

/** Put a column where its edges wish it, in order and apart: least squares by pooling neighbours that collide. */
function regress(column, side) {
  let offset = 0;
  const blocks = [];
  column.forEach((place, i) => {
    if (i) offset += apart(column[i - 1], place);
    const [wished, weight] = wish(place, side);
    place.offset = offset;
    let block = { mean: wished - offset, weight, places: [place] };
    while (blocks.length && blocks.at(-1).mean > block.mean) {
      const above = blocks.pop(),
        total = above.weight + block.weight;
      block = {
        mean: (above.mean * above.weight + block.mean * block.weight) / total,
        weight: total,
        places: [...above.places, ...block.places],
      };
    }
    blocks.push(block);
  });
  for (const block of blocks) for (const place of block.places) place.v = block.mean + place.offset;
}

/** Set the size of a frame, the u of its columns, and the ports where edges cross it. */
function measure(frame, columns, own) {
  const places = columns.flat();
  const low = Math.min(...places.map((p) => p.v - p.dv / 2)),
    high = Math.max(...places.map((p) => p.v + p.dv / 2));
  let u = own.start;
  const inner = columns.slice(1, -1);
  inner.forEach((column, i) => {
    const width = Math.max(0, ...column.map((p) => p.du));
    for (const place of column) Object.assign(place, { u, width });
    u += width + (i < inner.length - 1 ? GAP.rank : 0);
  });
  frame.du = Math.max(u + own.end, own.least ?? 0);
  frame.dv = Math.max(high - low + own.low + own.high, own.leastAcross ?? 0);
  for (const place of columns[0]) Object.assign(place, { u: 0, width: 0 });
  for (const place of columns.at(-1)) Object.assign(place, { u: frame.du, width: 0 });
  for (const place of places) place.v += own.low - low;
  frame.places = places;
  frame.ports = new Map([...columns[0], ...columns.at(-1)].map((p) => [p.lane, p.v - frame.dv / 2]));
}

// ---- from places inside frames to places on the page

function settle(frame, u, v) {
  Object.assign(frame, { u, v: v + frame.dv / 2 });
  for (const place of frame.places) {
    place.u += u;
    place.v += v;
    const member = place.member;
    if (!member) continue;
    const at = place.u + (place.width - member.du) / 2;
    if (member.chains) {
      member.parent = frame;
      settle(member, at, place.v - member.dv / 2);
    } else Object.assign(member, { u: at, v: place.v });
  }
}

/** The points of an edge, [u, v] each: out of its box, along its lanes, through the ports of frames, into its box. */
function routeOf(edge) {
  const { from, to, shared } = edge;
  const points = [[from.u + from.du, from.v]];
  const pass = (frame) => {
    for (const place of frame.chains.get(edge) ?? [])
      if (place.lane) points.push([place.u, place.v], [place.u + place.width, place.v]);
  };
  for (const frame of from.frames.slice(shared + 1).reverse()) pass(frame);
  pass(from.frames[shared]);
  for (const frame of to.frames.slice(shared + 1)) pass(frame);
  points.push([to.u, to.v + (edge.slot - 0.5) * to.dv * 0.8]);
  return points;
}
