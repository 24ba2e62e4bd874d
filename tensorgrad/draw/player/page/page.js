// What the page answers to: hovering and focusing boxes, folding, searching, turning.

const bubble = control("bubble");
const hits = new Set();
let found = [],
  foundAt = -1,
  pinned = null,
  returning = false;

/** Show a box's name, formula, value and gradient beside it. */
function showBubble(item, pin = false) {
  if (!item || item.node === null || (pinned && !pin)) return;
  const node = nodes[item.node],
    stage = gradientAt(item.node, now),
    known = valueAt[item.node] <= now;
  const content = [make("h3", {}, node.op ? `${node.full} = ${node.expression}` : node.full)];
  content.push(note(node.op ? `${node.op}${node.doc ? `: ${node.doc}` : ""}` : node.kind));
  if (node.layer !== null) content.push(note(`layer ${layerName(node.layer)}`));
  content.push(row("value", known ? shown(node.value) : make("i", {}, "not computed yet")));
  if (growth[item.node].length)
    content.push(
      row(
        "gradient",
        stage ? shown(stage.total) : make("i", {}, "not computed yet"),
        stage && stage.nth < stage.of
          ? make("span", { class: "about" }, `sum of ${stage.nth} of ${stage.of} parts`)
          : "",
      ),
    );
  else if (numbers) content.push(row("gradient", make("i", {}, "none: nothing here is trained")));
  const rules =
    moments[backwardAt[item.node]]?.parts.map((part) => row(`rule for ${nameOf(part.node)}`, code(part.rule))) ?? [];
  bubble.replaceChildren(...content, ...rules, ...(pin ? [jumps(item.node)] : []));
  bubble.hidden = false;
  bubble.scrollTop = 0;
  pinned = pin ? item.id : null;
  beside(item);
}

function jumps(node) {
  const bar = make("div", { class: "jumps" });
  const add = (word, at) => {
    const button = make("button", {}, word);
    button.addEventListener("click", () => {
      hideBubble();
      step(at);
    });
    bar.append(button);
  };
  if (nodes[node].op) add("Its forward step", valueAt[node]);
  if (backwardAt[node] !== null) add("Its backward step", backwardAt[node]);
  return bar;
}

function beside(item) {
  const stage = control("stage").getBoundingClientRect(),
    box = item.group.getBoundingClientRect();
  const { offsetWidth: w, offsetHeight: h } = bubble;
  const x = Math.max(6, Math.min(stage.width - w - 6, box.left - stage.left));
  const below = box.bottom - stage.top + 8,
    above = box.top - stage.top - h - 8;
  const y = below + h < stage.height || above < 0 ? Math.min(below, Math.max(6, stage.height - h - 6)) : above;
  Object.assign(bubble.style, { left: `${x}px`, top: `${y}px` });
}

function hideBubble() {
  const holdsFocus = bubble.contains(document.activeElement),
    id = pinned;
  bubble.hidden = true;
  pinned = null;
  if (!holdsFocus) return;
  returning = true; // the box that gets its focus back is not to open its bubble again
  scene.items.get(id)?.group.focus({ preventScroll: true });
  returning = false;
}

const itemOf = (event) => scene.items.get(event.target.closest?.("[data-item]")?.getAttribute("data-item"));

svg.addEventListener("pointerover", (event) => {
  if (event.pointerType === "mouse" && itemOf(event)) showBubble(itemOf(event));
});
svg.addEventListener("pointerout", (event) => {
  if (!pinned && itemOf(event)) hideBubble();
});
svg.addEventListener("focusin", (event) => {
  const item = itemOf(event);
  if (!item || returning || !item.group.matches(":focus-visible")) return;
  follow([item], false);
  showBubble(item);
});
for (const place of [svg, bubble])
  place.addEventListener("focusout", (event) => {
    if (!bubble.contains(event.relatedTarget) && !bubble.hidden) hideBubble();
  });

/** A click, tap or Enter: on a layer it folds or unfolds, on a box it keeps its bubble. */
function press(target) {
  const handle = target.closest("[data-fold]"),
    id = target.closest("[data-item]")?.getAttribute("data-item");
  if (handle)
    refold(
      () => folded.add(Number(handle.getAttribute("data-fold"))),
      `[data-item="l${handle.getAttribute("data-fold")}"]`,
    );
  else if (id?.[0] === "l") refold(() => folded.delete(Number(id.slice(1))), `[data-fold="${id.slice(1)}"]`);
  else if (id) pinned === id ? hideBubble() : showBubble(scene.items.get(id), true);
  else hideBubble();
}

svg.addEventListener("click", (event) => {
  if (!dragged) press(event.target);
});
svg.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  press(event.target);
  bubble.querySelector("button")?.focus();
});

/** Change what is folded, draw again, and give the focus to what took the place of what had it. */
function refold(change, focus = null) {
  change();
  hideBubble();
  redraw();
  fitOrFollow();
  paint(now);
  control("fold").textContent = folded.size ? "Unfold" : "Fold";
  if (focus) world.querySelector(focus)?.focus({ preventScroll: true });
}

function fitOrFollow() {
  const { node } = moments[now];
  if (!chosen) overview(false);
  if (node !== undefined) follow(neighbourhood(node), false);
}

// ---- search

function search(text) {
  const wanted = text.trim().toLowerCase();
  found = wanted
    ? nodes.flatMap((node, i) =>
        [node.full, node.op, node.symbol, node.layer === null ? "" : layerName(node.layer)].some((word) =>
          word?.toLowerCase().includes(wanted),
        )
          ? [i]
          : [],
      )
    : [];
  foundAt = -1;
  hits.clear();
  found.forEach((node) => hits.add(standIn(node)));
  control("hits").textContent = !wanted ? "" : found.length ? `${found.length} found` : "none";
  paint(now);
}

/** Go to the next thing found, unfolding what hides it. */
function nextHit(by) {
  if (!found.length) return;
  foundAt = (foundAt + by + found.length) % found.length;
  const node = found[foundAt];
  if (reveal(node)) {
    redraw();
    fitOrFollow();
  }
  hits.clear();
  found.forEach((at) => hits.add(standIn(at)));
  paint(now);
  const item = scene.items.get(standIn(node));
  follow([item], false);
  showBubble(item, true);
  control("hits").textContent = `${foundAt + 1} of ${found.length}`;
  say.textContent = item.group.getAttribute("aria-label");
}

control("query").addEventListener("input", (event) => search(event.target.value));
control("query").addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    event.target.value = "";
    search("");
    hideBubble();
  }
});
control("search").addEventListener("submit", (event) => {
  event.preventDefault();
  nextHit(1);
});

// ---- the view's buttons

control("closer").addEventListener("click", closer);
control("farther").addEventListener("click", farther);
control("fit").addEventListener("click", refit);
control("fold").addEventListener("click", () => refold(() => foldAll(!folded.size)));
control("turn").addEventListener("click", () => turn(!across));

function turn(to) {
  across = to;
  hideBubble();
  redraw();
  fitOrFollow();
  paint(now);
}

/** The direction: from left to right, as one reads, unless more is seen from top to bottom. */
function better() {
  if (story.direction !== "auto") return story.direction === "LR";
  const scales = [true, false].map((way) => {
    across = way;
    redraw();
    return fittingScale();
  });
  return scales[0] >= Math.min(0.9, scales[1]);
}

const MANY = 60; // boxes that are still seen at a glance
control("forwardhalf").parentElement.hidden = !numbers;
if (layers.length && nodes.length > MANY) foldAll(true);
control("fold").hidden = !layers.length;
control("fold").textContent = folded.size ? "Unfold" : "Fold";
turn(better());
go(0, { quiet: true });

let resizing = null;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    hideBubble();
    fitOrFollow();
  }, 120);
});

// For those who script the page: go(i) shows a moment, at() says which is shown.
window.player = { go: step, at: () => now, moments, layout };

/** Where everything is, in the graph's own measure. */
function layout() {
  const items = [...scene.items.values()];
  const edges = scene.edges.map((edge) => ({
    points: edge.points,
    ends: [edge.from, edge.to].map((item) => items.indexOf(item)),
  }));
  return { across, took: scene.took, boxes: items.map((item) => [...cornerOf(item), item.w, item.h]), edges };
}
