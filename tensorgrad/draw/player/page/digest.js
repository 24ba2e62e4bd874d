// Values as page elements: small arrays entry by entry, large ones as numbers and a histogram.

/** Make an element; children may be text. Text is never read as HTML. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const isNumber = (value) => value.rows?.length === 1 && value.rows[0].length === 1;
const numberOf = (value) => value.rows[0][0];

/** A value in words, for narration. */
function inWords(value) {
  if (isNumber(value)) return numberOf(value);
  if (value.rows) return `${value.about}: ${value.rows.map((row) => row.join(", ")).join("; ")}`;
  return value.short ? `${value.about}: ${value.short}` : value.about;
}

function grid(value) {
  if (isNumber(value)) return make("span", { class: "number" }, numberOf(value));
  const rows = value.rows.map((row) => make("tr", {}, ...row.map((entry) => make("td", {}, entry))));
  return make("table", { class: "grid", role: "presentation" }, make("tbody", {}, ...rows));
}

function histogram(value) {
  const most = Math.max(...value.bars),
    width = 10;
  const bars = value.bars.map((count, i) => {
    const height = count ? Math.max(1.5, (count / most) * 30) : 0;
    return makeSvg("rect", { x: i * width, y: 32 - height, width: width - 1, height });
  });
  const label = `histogram from ${value.stats[2][1]} to ${value.stats[3][1]}`;
  return makeSvg(
    "svg",
    { class: "bars", viewBox: `0 0 ${value.bars.length * width} 32`, role: "img", "aria-label": label },
    ...bars,
  );
}

function summary(value) {
  const words = value.stats.map(([word, number]) => make("span", {}, make("i", {}, word), ` ${number} `));
  const box = make("div", { class: "summary" }, make("div", { class: "stats" }, ...words));
  if (value.bars.length) box.append(histogram(value));
  return box;
}

/** A value as an element, with its dtype and shape. */
function shown(place, { about = true } = {}) {
  const value = values[place];
  const box = make("div", { class: "value" }, ...(value.rows ? [grid(value)] : value.stats ? [summary(value)] : []));
  if (value.bad) box.append(make("span", { class: "bad" }, `⚠ ${value.bad}`));
  if (about) box.append(make("span", { class: "about" }, value.about));
  return box;
}

/** The shape alone, short: '32×10'; nothing for a number. */
const shapeOf = (about) => (about.match(/\[(.+)\]/)?.[1] ?? "").replaceAll(", ", "×");
