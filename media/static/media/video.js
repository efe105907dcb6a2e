// A video in a module: builds the controls around the browser's own player, remembers captions and place, and tells the
// server what has been seen. Without this file the browser's own controls stay, and nothing is told.
//
// What is told are stretches of the film. The server answers with all that it counts; the rest is told again. There is
// no "leave this page?" question: the exit must work at once.

const EVERY_MS = 10_000;
const CAPTIONS = "handlekraft:captions"; // "off" where she has switched them off
const DESCRIPTIONS = "handlekraft:descriptions"; // "on" where she has switched them on
const TOO_SHORT = 0.1; // seconds: the server rounds

// --- stretches ---

/** What of `all` is in none of `taken`; both in order. */
function without(all, taken) {
  const left = [];
  for (const [start, end] of all) {
    let at = start;
    for (const [begins, ends] of taken) {
      if (ends <= at || begins >= end) continue;
      if (begins > at) left.push([at, begins]);
      at = Math.max(at, ends);
    }
    if (at < end) left.push([at, end]);
  }
  return left.filter(([start, end]) => end - start > TOO_SHORT);
}

function played(video, seconds) {
  const found = [];
  for (let n = 0; n < video.played.length; n += 1) {
    found.push([video.played.start(n), Math.min(video.played.end(n), seconds)]);
  }
  return found;
}

// --- what is told ---

class Watcher {
  constructor(player, video, onAnswer, onTrouble) {
    this.address = player.dataset.report;
    this.token = player.dataset.token;
    this.seconds = Number(player.dataset.seconds);
    this.video = video;
    this.onAnswer = onAnswer;
    this.onTrouble = onTrouble;
    this.counted = [];
    this.position = null; // the last one told
    this.sequence = 0;
    this.sending = false;
    if (!this.address) return; // a preview
    // The first one starts the clock that the others are measured by.
    video.addEventListener("play", () => this.tell({ always: true }));
    for (const name of ["pause", "ended"]) video.addEventListener(name, () => this.tell());
    window.addEventListener("pagehide", () => this.tell({ leaving: true }));
    window.addEventListener("online", () => this.tell());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.tell({ leaving: true });
    });
    this.timer = setInterval(() => this.tell(), EVERY_MS);
  }

  async tell({ always = false, leaving = false } = {}) {
    const ranges = without(played(this.video, this.seconds), this.counted).slice(0, 500);
    const position = Math.min(this.video.currentTime, this.seconds);
    const moved = this.video.played.length > 0 && position !== this.position;
    if (!this.timer || (this.sending && !leaving) || !(always || ranges.length || moved)) return;
    this.sending = true;
    this.sequence = Math.max(this.sequence + 1, Date.now());
    try {
      const response = await fetch(this.address, {
        method: "POST",
        keepalive: leaving,
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify({ position, ranges, sequence: this.sequence }),
      });
      const reply = response.ok && !response.redirected ? await response.json() : null;
      if (!reply && response.status === 400) this.stop();
      if (!reply) throw new Error("not taken");
      this.counted = reply.ranges;
      this.position = position;
      this.onAnswer(reply);
      this.onTrouble(false);
    } catch {
      if (!leaving) this.onTrouble(ranges.length > 0);
    } finally {
      this.sending = false;
    }
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
  }
}

// --- the controls ---

/** Lets an element of the player speak the page's language: it only knows its own. */
function speak(element, words) {
  const set = element.setAttribute.bind(element);
  element.setAttribute = (name, value) => {
    if (element.localName === "media-captions-button" && name === "role") value = "switch"; // it has aria-checked
    set(name, /^aria-(label|valuetext|description)$/.test(name) ? translated(String(value), words) : value);
  };
}

/** The time stands there for the eye; who hears it hears it from the slider. It is no button. */
function hush(element) {
  const set = element.setAttribute.bind(element);
  element.setAttribute = (name, value) => {
    if (!/^(role|tabindex|aria-.*)$/.test(name)) set(name, value);
  };
  set("aria-hidden", "true");
}

function translated(text, words) {
  if (words[text]) return words[text];
  if (text.startsWith("seek back")) return words.back;
  const rate = text.match(/^Playback rate (.+)$/);
  if (rate) return `${words.rate}: ${rate[1]}x`;
  return text
    .replace(/(\d+) (hours?|minutes?|seconds?)/g, (_, number, unit) => `${number} ${words[unit]}`)
    .replace(" of ", ` ${words.of} `);
}

// Each control with the words of its tooltip, by the places that the player has for them.
const CONTROLS = [
  ["media-play-button", { "tooltip-play": "play", "tooltip-pause": "pause" }],
  ["media-seek-backward-button", { "tooltip-content": "back" }, { seekoffset: "10" }],
  ["media-time-display", {}, { showduration: "", notoggle: "" }],
  ["media-mute-button", { "tooltip-mute": "mute", "tooltip-unmute": "unmute" }],
  ["media-volume-range", {}],
  ["media-captions-button", { "tooltip-content": "closed captions" }],
  ["media-playback-rate-button", { "tooltip-content": "rate" }, { rates: "0.75 1 1.25 1.5 2" }],
  ["media-fullscreen-button", { "tooltip-enter": "enter fullscreen mode", "tooltip-exit": "exit fullscreen mode" }],
];

function make(name, words, tooltips = {}, attributes = {}) {
  const element = document.createElement(name);
  if (name === "media-time-display") hush(element);
  else speak(element, words);
  if (element.range) speak(element.range, words);
  for (const [slot, word] of Object.entries(tooltips)) {
    const tip = document.createElement("span");
    tip.slot = slot;
    tip.textContent = words[word];
    element.append(tip);
  }
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  return element;
}

function bar(controller, ...children) {
  const made = document.createElement("media-control-bar");
  made.setAttribute("mediacontroller", controller.id);
  made.append(...children);
  return made;
}

/** The controls stand under the film, never over it: they do not hide captions, and they do not go away. */
function build(player, video, words, exit) {
  const controller = make("media-controller", words, {}, {
    id: `${player.id}-c`, nosubtitleslangpref: "", novolumepref: "", hotkeys: "nop noshift+/",
  });
  const captioned = video.querySelector("track[kind=captions]");
  const buttons = CONTROLS.filter(([name]) => captioned || name !== "media-captions-button");
  const loading = make("media-loading-indicator", words, {}, { slot: "centered-chrome", noautohide: "" });
  const status = loading.shadowRoot.querySelector("[role=status]");
  if (status) status.textContent = words["media loading"];
  video.removeAttribute("controls");
  video.slot = "media";
  controller.append(loading);
  player.append(controller);
  controller.prepend(video);
  controller.fullscreenElement = player;
  player.append(
    bar(controller, make("media-time-range", words)),
    bar(controller, ...buttons.map((control) => make(control[0], words, control[1], control[2]))),
  );
  // Tooltips keep within the player, also the first and the last.
  for (const button of player.querySelectorAll("media-control-bar > *")) {
    button.shadowRoot.querySelector("media-tooltip")?.setAttribute("bounds", player.id);
  }
  if (exit) player.prepend(ownExit(exit));
}

/** On the whole screen the page's own exit is out of sight. */
function ownExit(exit) {
  const leave = exit.cloneNode(true);
  leave.addEventListener("click", (event) => {
    const own = document.querySelector("[data-exit]");
    if (!own) return;
    event.preventDefault();
    own.click();
  });
  return leave;
}

// --- captions and descriptions ---

const remembered = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // switched off in her browser
  }
};
const remember = (name, value) => {
  try {
    localStorage.setItem(name, value);
  } catch {
    // as above
  }
};
const tracksOf = (video, kind) => [...video.textTracks].filter((track) => track.kind === kind);

function keepCaptions(video) {
  const off = () => {
    for (const track of tracksOf(video, "captions")) track.mode = "disabled";
  };
  if (remembered(CAPTIONS) === "off") {
    for (const track of video.querySelectorAll("track[default]")) track.default = false;
    off();
    video.addEventListener("loadedmetadata", off, { once: true });
  }
  let ready = false; // what the browser itself chooses first is not her choice
  setTimeout(() => { ready = true; }, 1_000);
  video.textTracks.addEventListener("change", () => {
    if (!ready) return;
    const on = tracksOf(video, "captions").some((track) => track.mode === "showing");
    remember(CAPTIONS, on ? "on" : "off");
  });
}

/** What is only seen, said by her screen reader, and shown, while the film goes on. */
function offerDescriptions(video, button, text) {
  const [track] = tracksOf(video, "descriptions");
  if (!track || !button || !text) return;
  const turn = (on) => {
    track.mode = on ? "hidden" : "disabled";
    button.setAttribute("aria-pressed", String(on));
    text.hidden = !on;
    if (!on) text.textContent = "";
  };
  track.addEventListener("cuechange", () => {
    const said = [...(track.activeCues ?? [])].map((cue) => cue.getCueAsHTML().textContent).join(" ");
    if (said) text.textContent = said;
  });
  button.hidden = false;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    turn(on);
    remember(DESCRIPTIONS, on ? "on" : "off");
  });
  turn(remembered(DESCRIPTIONS) === "on");
}

// --- place and chapters ---

function resume(player, video) {
  const at = Number(player.dataset.resumeAt);
  const notice = player.parentElement.querySelector("[data-video-resume]");
  if (!(at > 0)) return;
  const go = () => { video.currentTime = at; };
  if (video.readyState > 0) go();
  else video.addEventListener("loadedmetadata", go, { once: true });
  notice.hidden = false;
  notice.querySelector("button").addEventListener("click", () => {
    video.currentTime = 0;
    notice.hidden = true;
    video.play();
  });
  video.addEventListener("play", () => { notice.hidden = true; }, { once: true });
}

function offerChapters(video, items) {
  for (const item of items) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...item.childNodes);
    button.addEventListener("click", () => {
      video.currentTime = Number(item.dataset.videoAt);
      video.play();
    });
    item.replaceChildren(button);
  }
  video.addEventListener("timeupdate", () => {
    const passed = items.filter((item) => Number(item.dataset.videoAt) <= video.currentTime + 0.05);
    for (const item of items) item.firstElementChild.toggleAttribute("aria-current", item === passed.at(-1));
  });
}

// --- one block of a page ---

class Block {
  constructor(section) {
    this.section = section;
    const words = JSON.parse(section.dataset.words);
    const exit = section.querySelector("[data-video-exit]");
    const players = [...section.querySelectorAll("[data-video]")];
    for (const [number, player] of players.entries()) {
      const video = player.querySelector("video");
      if (globalThis.MediaChrome) build(player, video, words, exit);
      keepCaptions(video);
      resume(player, video);
      new Watcher(player, video, (reply) => this.answer(reply), (trouble) => this.warn(trouble));
      if (number > 0) continue;
      offerChapters(video, [...section.querySelectorAll("[data-video-at]")]);
      const [button, text] = ["[data-video-describe]", "[data-video-description]"].map((name) => this.find(name));
      offerDescriptions(video, button, text);
    }
    exit?.remove();
  }

  find(name) {
    return this.section.querySelector(name);
  }

  answer(reply) {
    const status = this.find("[data-video-status]");
    const word = status.querySelector("span");
    if (reply.seen) this.say(status, word, "check", status.dataset.wordSeen);
    else if (word.textContent !== status.dataset.wordSeen) this.say(status, word, "half", status.dataset.wordBegun);
  }

  say(status, word, icon, text) {
    if (word.textContent === text) return;
    const use = status.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
    word.textContent = text;
  }

  warn(trouble) {
    const warning = this.find("[data-video-unsaved]");
    warning.hidden = !trouble;
    warning.textContent = trouble ? warning.dataset.word : "";
  }
}

for (const section of document.querySelectorAll(".hk-video")) new Block(section);
