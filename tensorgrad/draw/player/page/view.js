// Moving the world: pan, zoom, pinch, fit, and following the step that is played.

const READABLE = 0.85;
let chosen = false; // whether a person has zoomed: the scale is theirs then

const calm = matchMedia("(prefers-reduced-motion: reduce)");

function move(to, smooth = false) {
  Object.assign(view, to);
  world.classList.toggle("gliding", smooth && !calm.matches);
  world.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.k})`;
}

const stageSize = () => [svg.clientWidth || 600, svg.clientHeight || 400];

/** The largest scale at which everything is seen. */
function fittingScale() {
  const [w, h] = stageSize();
  return Math.min((w - 24) / scene.w, (h - 24) / scene.h);
}

function fit(smooth = true) {
  const [w, h] = stageSize(),
    k = Math.min(1.4, fittingScale());
  move({ k, x: (w - scene.w * k) / 2, y: (h - scene.h * k) / 2 }, smooth);
}

function zoom(factor, x = stageSize()[0] / 2, y = stageSize()[1] / 2, smooth = false) {
  const k = Math.min(4, Math.max(Math.min(0.05, fittingScale()), view.k * factor));
  move({ k, x: x - ((x - view.x) * k) / view.k, y: y - ((y - view.y) * k) / view.k }, smooth);
}

/** The whole graph if it can be made out, else where it begins. */
function overview(smooth = true) {
  if (fittingScale() >= 0.5) return fit(smooth);
  move(across ? { x: 16 } : { y: 16 });
  return follow(neighbourhood(story.forward[0]), smooth);
}

function closer() {
  chosen = true;
  zoom(1.25, undefined, undefined, true);
}
function farther() {
  chosen = true;
  zoom(0.8, undefined, undefined, true);
}
function refit() {
  chosen = false;
  fit();
}

/**
 * Bring boxes into view at a size that can be read, unless a person chose another; stay put if they are there.
 * Where they are too far apart for that, the first of them alone.
 */
function follow(items, smooth = true) {
  const [w, h] = stageSize(),
    corners = items.map(cornerOf);
  const left = Math.min(...corners.map(([x]) => x)),
    right = Math.max(...items.map((item, i) => corners[i][0] + item.w));
  const top = Math.min(...corners.map(([, y]) => y)),
    bottom = Math.max(...items.map((item, i) => corners[i][1] + item.h));
  const most = Math.min((w - 32) / (right - left), (h - 32) / (bottom - top));
  const k = chosen ? view.k : Math.max(READABLE, Math.min(view.k, most));
  if (k > most && items.length > 1) return follow(items.slice(0, 1), smooth);
  const [x, y] = [w / 2 - ((w / 2 - view.x) * k) / view.k, h / 2 - ((h / 2 - view.y) * k) / view.k];
  move({ k, x: within(x, left * k, right * k, w), y: within(y, top * k, bottom * k, h) }, smooth);
}

/** Move an offset so that [from, to] is on a stage of this length; stay where it is if it is already. */
function within(offset, from, to, length) {
  if (offset + from >= 16 && offset + to <= length - 16) return offset;
  return to - from > length - 32 ? 16 - from : (length - from - to) / 2;
}

/** The visible boxes of a node and of its inputs. */
function neighbourhood(node) {
  const ids = new Set([node, ...nodes[node].inputs.map((input) => input.from)].map(standIn));
  return [...ids].map((id) => scene.items.get(id));
}

// ---- pointers: one drags, two pinch

const pointers = new Map();
let dragged = false;

function spotOf(event) {
  const box = svg.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

svg.addEventListener("pointerdown", (event) => {
  pointers.set(event.pointerId, spotOf(event));
  if (pointers.size === 1) dragged = false;
});

svg.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const spot = spotOf(event),
    dx = spot[0] - before[0],
    dy = spot[1] - before[1];
  if (!dragged && Math.hypot(dx, dy) < 5 && pointers.size === 1) return;
  if (!dragged) svg.setPointerCapture(event.pointerId);
  dragged = true;
  hideBubble();
  if (pointers.size === 1) move({ x: view.x + dx, y: view.y + dy });
  else pinch(event.pointerId, spot);
  pointers.set(event.pointerId, spot);
});

function pinch(id, [x, y]) {
  const [p, q] = [...pointers].find(([other]) => other !== id)[1],
    [a, b] = pointers.get(id);
  chosen = true;
  zoom(Math.hypot(x - p, y - q) / (Math.hypot(a - p, b - q) || 1), (x + p) / 2, (y + q) / 2);
}

for (const name of ["pointerup", "pointercancel", "pointerleave"])
  svg.addEventListener(name, (event) => pointers.delete(event.pointerId));

svg.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    chosen = true;
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), ...spotOf(event));
  },
  { passive: false },
);
