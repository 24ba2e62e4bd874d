// The panel: one step in words and numbers.

const panel = document.getElementById("panel");

const nameOf = (node) => nodes[node].full;
const d = (node) => `∂${nodes[story.root].full}/∂${nameOf(node)}`;
const lossName = numbers ? nodes[story.root].full : story.title;

/** A line of the panel: what, and its value. */
function row(label, ...content) {
  return make(
    "div",
    { class: "row" },
    make("span", { class: "label" }, ...[label].flat()),
    make("div", { class: "content" }, ...content),
  );
}

const code = (text) => make("code", {}, text);
const note = (text) => make("p", { class: "note" }, text);

function heading(kicker, title, kind) {
  return [make("p", { class: `kicker ${kind}` }, kicker), make("h2", {}, title)];
}

function aboutOp(node) {
  const { op, doc, layer, settings } = nodes[node];
  const where = layer === null ? "" : ` Layer ${layerName(layer)}.`;
  return note(`${op}${settings.length ? ` (${settings.join(", ")})` : ""}${doc ? `: ${doc}` : ""}${where}`);
}

const KEYS_TOLD = [
  [["←", "→"], "step"],
  [["Space"], "play, pause"],
  [["Home", "End"], "start, end"],
  [["+", "−", "0"], "zoom, fit"],
  [["/"], "search"],
  [["Tab"], "from box to box"],
];

function keysTold() {
  return make(
    "p",
    { class: "note keys" },
    ...KEYS_TOLD.flatMap(([keys, word]) => [
      make("span", {}, ...keys.flatMap((key) => [make("kbd", {}, key), " "]), word),
      "   ",
    ]),
  );
}

const TOLD = {
  start() {
    if (!numbers)
      return [
        ...heading("Ready", `How ${lossName} runs`, ""),
        make(
          "p",
          {},
          "Press ",
          make("b", {}, "Next"),
          " to go one call at a time, or ",
          make("b", {}, "Play"),
          " to watch.",
        ),
        legend(),
        keysTold(),
      ];
    const forwards = story.forward.length,
      backwards = story.backward.length;
    return [
      ...heading("Ready", `How ${lossName} was computed, and its gradients`, ""),
      make(
        "p",
        {},
        "Press ",
        make("b", {}, "Next"),
        " to go one op at a time, or ",
        make("b", {}, "Play"),
        " to watch. First the values are computed, ",
        make("b", { class: "ahead" }, `forward (${forwards} op${forwards === 1 ? "" : "s"})`),
        "; then the gradients come ",
        make("b", { class: "back" }, `backward (${backwards} op${backwards === 1 ? "" : "s"})`),
        ".",
      ),
      legend(),
      keysTold(),
    ];
  },

  forward({ node }, at) {
    const inputs = nodes[node].inputs.map((input) =>
      row([input.label ? `${input.label} = ` : "", make("b", {}, nameOf(input.from))], shown(nodes[input.from].value)),
    );
    return [
      ...heading(
        `${numbers ? "Forward · " : ""}${at} of ${story.forward.length}`,
        `${nameOf(node)} = ${nodes[node].expression}`,
        "ahead",
      ),
      aboutOp(node),
      make("h3", {}, "Takes"),
      ...inputs,
      make("h3", {}, "Gives"),
      row(make("b", {}, nameOf(node)), shown(nodes[node].value)),
    ];
  },

  seed({ node }) {
    const single = isNumber(values[story.seed]);
    return [
      ...heading("Backward · start", `∂${lossName}/∂${lossName} = 1`, "back"),
      make(
        "p",
        {},
        single
          ? `If ${lossName} grows by a little, ${lossName} grows by just as much: its gradient is 1. From here the chain rule goes back, op by op.`
          : `${lossName} is no single number, so what is differentiated is the sum of its entries: the gradient of each is 1.`,
      ),
      row("gradient", shown(story.seed)),
    ];
  },

  backward({ node, upstream, parts }, at) {
    return [
      ...heading(
        `Backward · ${at - seedMoment} of ${story.backward.length}`,
        `Back through ${nameOf(node)} = ${nodes[node].expression}`,
        "back",
      ),
      aboutOp(node),
      row(["g = ", make("b", {}, d(node))], shown(upstream)),
      note(`The gradient of ${nameOf(node)} is complete. The op passes each input its part:`),
      ...parts.map((part) => share(node, upstream, part)),
    ];
  },

  end() {
    if (!numbers) return heading("Done", `This is all that ${lossName} does`, "ahead");
    const found = nodes
      .map((node, i) => [node, i])
      .filter(([node, i]) => node.kind === "parameter" && growth[i].length);
    return [
      ...heading("Done", "Every parameter has its gradient", "back"),
      make(
        "p",
        {},
        `Each says how ${lossName} changes when the parameter grows a little. A training step moves the other way.`,
      ),
      ...found.map(([, i]) => row(make("b", {}, d(i)), shown(growth[i].at(-1).total))),
    ];
  },
};

/** What one input gets: local derivative, product, sum. */
function share(node, upstream, part) {
  const target = nameOf(part.node),
    names = make("span", { class: "where" }, nodes[node].inputs.length > 1 ? `, its argument ${part.arg}` : "");
  const box = make("section", { class: "share" }, make("h3", {}, "to ", make("b", {}, target), names));
  box.append(row("rule", code(part.rule)));
  if (part.local !== null) box.append(row(`local ∂${nameOf(node)}/∂${target}`, shown(part.local, { about: false })));
  const how = part.local === null ? [] : [" = ", code("g × local")];
  const fitted = part.fitted ? make("span", { class: "about" }, part.fitted) : "";
  const what = part.of === 1 ? [make("b", {}, d(part.node)), ...how] : [`part ${part.nth} of ${part.of}`, ...how];
  box.append(
    row(
      what,
      product(upstream, part),
      fitted,
      ...(part.of === 1 ? [make("span", { class: "about" }, "complete")] : []),
    ),
  );
  if (part.of > 1) box.append(sum(part));
  return box;
}

/** The product, with its factors where they are numbers. */
function product(upstream, part) {
  const g = values[upstream],
    local = part.local === null ? null : values[part.local],
    value = values[part.value];
  if (local && isNumber(g) && isNumber(local) && isNumber(value) && !part.fitted)
    return equation([numberOf(g), "×", signed(numberOf(local)), "="], numberOf(value));
  return shown(part.value);
}

/** The sum so far, where parts arrive by several ways. */
function sum(part) {
  const rest = part.of - part.nth,
    label = [make("b", {}, d(part.node)), rest ? " so far" : ""];
  const state = make("span", { class: "about" }, rest ? `${rest} more to come` : "complete: the parts are added");
  if (part.before === null) return row(label, shown(part.total), state);
  const [before, value, total] = [part.before, part.value, part.total].map((place) => values[place]);
  if (isNumber(before))
    return row(label, equation([numberOf(before), "+", signed(numberOf(value)), "="], numberOf(total)), state);
  const terms = [part.before, "+", part.value, "=", part.total].map((term) =>
    typeof term === "string" ? term : shown(term, { about: false }),
  );
  return row(label, make("div", { class: "adding" }, ...terms), state);
}

const signed = (number) => (number.startsWith("-") ? `(${number})` : number);

function equation(left, result) {
  return make("div", { class: "equation" }, ...left.map((text) => make("span", {}, text)), make("b", {}, result));
}

function legend() {
  const kinds = [
    ["parameter", "parameter"],
    ["input", "input"],
    ["op", "op and its result"],
    ["output", numbers ? lossName : "returned"],
  ].filter(([kind]) => nodes.some((node) => node.kind === kind));
  const swatches = kinds.map(([kind, word]) =>
    make("li", {}, make("span", { class: `swatch ${kind}`, "aria-hidden": "true" }), word),
  );
  if (!numbers) return make("ul", { class: "legend" }, ...swatches);
  return make(
    "ul",
    { class: "legend" },
    ...swatches,
    make("li", {}, make("span", { class: "ahead" }, "0.5"), " value"),
    make("li", {}, make("span", { class: "back" }, "∂ 0.5"), " gradient"),
  );
}

function tell(at) {
  const moment = moments[at];
  panel.replaceChildren(...TOLD[moment.kind](moment, at));
  panel.scrollTop = 0;
}

/** The moment in a sentence, for those who listen. */
function narration(at) {
  const moment = moments[at];
  if (moment.kind === "start") return "At the start. Press Next or Play.";
  if (moment.kind === "end") return !numbers ? "Done." : "Done: every parameter has its gradient.";
  if (moment.kind === "seed") return `Backward starts: the gradient of ${lossName} is ${inWords(values[story.seed])}.`;
  if (moment.kind === "forward")
    return `Forward ${at} of ${story.forward.length}: ${nameOf(moment.node)} = ${nodes[moment.node].expression} = ${inWords(values[nodes[moment.node].value])}.`;
  const parts = moment.parts.map(
    (part) =>
      `${nameOf(part.node)} gets ${inWords(values[part.value])}${part.of > 1 ? `, part ${part.nth} of ${part.of}, sum ${inWords(values[part.total])}` : ""}`,
  );
  return `Backward ${at - seedMoment} of ${story.backward.length}: through ${nameOf(moment.node)} = ${nodes[moment.node].expression}, with gradient ${inWords(values[moment.upstream])}. ${parts.join("; ")}.`;
}
