// The stepper: which moment is shown, and how one gets to the next.

const control = (id) => document.getElementById(id);
const slider = control("slider"),
  say = control("say");
let now = 0,
  timer = null;

/** Show a moment. */
function go(to, { quiet = false } = {}) {
  now = Math.max(0, Math.min(moments.length - 1, to));
  slider.value = now;
  slider.setAttribute("aria-valuetext", placeName());
  paint(now);
  tell(now);
  if (!quiet) say.textContent = narration(now);
  for (const id of ["first", "previous"]) control(id).disabled = now === 0;
  for (const id of ["next", "last"]) control(id).disabled = now === moments.length - 1;
  const { node } = moments[now];
  if (node !== undefined) follow(neighbourhood(node));
  else if (!chosen && now === 0) overview();
  else if (!chosen && fittingScale() >= 0.5) fit();
  if (now === moments.length - 1) pause();
}

function placeName() {
  if (now === 0) return "start";
  if (now === moments.length - 1) return "end";
  return now < seedMoment
    ? `forward ${now} of ${story.forward.length}`
    : now === seedMoment
      ? "backward starts"
      : `backward ${now - seedMoment} of ${story.backward.length}`;
}

function play() {
  if (now === moments.length - 1) go(0);
  const tick = () => {
    go(now + 1);
    if (timer !== null) timer = setTimeout(tick, Number(control("speed").value));
  };
  timer = setTimeout(tick, 250);
  showPlaying();
}

function pause() {
  clearTimeout(timer);
  timer = null;
  showPlaying();
}

function showPlaying() {
  control("play").classList.toggle("playing", timer !== null);
  control("playword").textContent = timer === null ? "Play" : "Pause";
}

/** Go where a person said, which ends playing. */
function step(to) {
  pause();
  go(to);
}

control("play").addEventListener("click", () => (timer === null ? play() : pause()));
control("next").addEventListener("click", () => step(now + 1));
control("previous").addEventListener("click", () => step(now - 1));
control("first").addEventListener("click", () => step(0));
control("last").addEventListener("click", () => step(moments.length - 1));
slider.addEventListener("input", () => step(Number(slider.value)));

slider.max = moments.length - 1;
const forwardShare = !numbers ? 1 : (seedMoment - 0.5) / (moments.length - 1);
slider.style.setProperty("--split", `${(forwardShare * 100).toFixed(2)}%`);
control("forwardhalf").style.flexGrow = forwardShare;
control("backwardhalf").style.flexGrow = 1 - forwardShare;

const KEYS = {
  ArrowRight: () => step(now + 1),
  ArrowLeft: () => step(now - 1),
  Home: () => step(0),
  End: () => step(moments.length - 1),
  " ": () => (timer === null ? play() : pause()),
  "+": closer,
  "=": closer,
  "-": farther,
  0: refit,
  "/": () => control("query").focus(),
  Escape: () => hideBubble(),
};

/** Keys work everywhere, but where they mean something already: in a text field, on a button. */
document.addEventListener("keydown", (event) => {
  const key = KEYS[event.key],
    { target } = event;
  if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.id === "query" || target.tagName === "SELECT") return;
  if (event.key === " " && target.closest("button, [role=button]")) return;
  event.preventDefault();
  key();
});
