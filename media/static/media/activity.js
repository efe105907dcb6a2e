// The page around an activity: opens its frame, hands in her place, and sends on what she did, until it is kept.
//
// Only the frame's own window is listened to, and only with the word that this page gave it. What is not confirmed
// stays in sessionStorage and is sent again after a reload. There is no "leave this page?" question: the exit must work
// at once.

const MOST_IN_ONE = 50; // as the server takes
const LATER_MS = 4_000; // what ends nothing may wait
const BETWEEN_PLACES_MS = 1_000; // whatever the activity itself thinks
const LONGEST_WAIT_MS = 30_000;
const GIVE_UP_MS = 30_000; // until "could not be fetched" is said
const TALLEST_PX = 6_000;
const ENDS = /\/(answered|completed|passed|failed)$/;
const SHOWN = /\/attempted$/;
const NOISE = /\/(interacted|progressed)$/;

class Activity {
  constructor(section) {
    this.section = section;
    // By person too: on a shared machine the next one signs in in the same window.
    this.key = `activity:${section.dataset.activity}:${section.dataset.person}`;
    this.frame = section.querySelector("iframe");
    this.state = section.dataset.kept ?? "";
    this.word = crypto.getRandomValues(new Uint32Array(4)).join("-");
    this.wait = 2_000;
    this.timer = null;
    this.sending = false;
    this.sequence = 0;
    this.keeper = null;
    this.lastKept = 0;
    section.querySelector("[data-activity-again]")?.addEventListener("click", () => this.open());
    section.querySelector("[data-activity-full]")?.addEventListener("click", () => this.full());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && document.fullscreenElement) document.exitFullscreen();
    });
    document.addEventListener("fullscreenchange", () => this.sayFull());
    window.addEventListener("message", (event) => this.hear(event));
    window.addEventListener("pagehide", () => {
      this.flush(true);
      if (this.keeper) this.place();
    });
    window.addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.flush(true));
    new IntersectionObserver((seen, observer) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      observer.disconnect();
      this.open();
    }, { rootMargin: "400px" }).observe(section);
    if (this.unsent().length) this.flush();
  }

  // --- the frame ---
  open() {
    this.show("loading");
    // A frame of its own for every try: with another word behind it, the same address would not be fetched again.
    const fresh = this.frame.cloneNode();
    this.frame.replaceWith(fresh);
    this.frame = fresh;
    this.frame.src = `${this.frame.dataset.src}#${this.word}`;
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.show("failed"), GIVE_UP_MS);
  }

  show(state) {
    this.section.dataset.state = state;
    this.section.toggleAttribute("aria-busy", state === "loading");
    for (const part of this.section.querySelectorAll("[data-activity-when]")) {
      part.hidden = part.dataset.activityWhen !== state;
    }
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.section.requestFullscreen();
  }

  sayFull() {
    const words = this.section.querySelector("[data-activity-full] span");
    if (!words) return;
    const whole = document.fullscreenElement === this.section;
    words.textContent = whole ? words.dataset.leave : words.dataset.enter;
  }

  post(type, more = {}) {
    this.frame.contentWindow.postMessage({ handlekraft: this.word, type, ...more }, this.frame.dataset.origin || "*");
  }

  hear(event) {
    if (event.source !== this.frame.contentWindow || event.data?.handlekraft !== this.word) return;
    const { type } = event.data;
    if (type === "loaded") this.post("start", { state: this.state });
    if (type === "ready") {
      clearTimeout(this.patience);
      this.show("ready");
    }
    if (type === "failed") {
      clearTimeout(this.patience);
      console.warn("activity:", event.data.reason);
      this.show("failed");
    }
    if (type === "height") this.grow(event.data.height);
    if (type === "statement") this.take(event.data.statement);
    if (type === "state") this.keep(event.data.state);
    if (type === "escape") {
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    }
  }

  grow(height) {
    if (Number.isFinite(height)) this.frame.style.height = `${Math.min(Math.max(height, 60), TALLEST_PX)}px`;
  }

  // --- what she did ---
  unsent() {
    return JSON.parse(sessionStorage.getItem(this.key) || "[]");
  }

  remember(list) {
    if (list.length) sessionStorage.setItem(this.key, JSON.stringify(list));
    else sessionStorage.removeItem(this.key);
  }

  take(text) {
    if (!this.section.dataset.statements || typeof text !== "string" || text.length > 20_000) return;
    let statement;
    try {
      statement = JSON.parse(text);
    } catch {
      return;
    }
    const verb = statement?.verb?.id;
    // Whatever runs in the frame writes these: what could not be sent must not lie in the way of what can.
    if (typeof verb !== "string" || typeof statement.id !== "string") return;
    // Of many clicks on the same thing the last one is enough.
    const same = (one) => NOISE.test(verb) && one.verb.id === verb && one.object.id === statement.object?.id;
    this.remember([...this.unsent().filter((one) => !same(one)), statement].slice(-500));
    // Many libraries tell of an attempt as soon as they are shown: seeing is not beginning.
    if (!SHOWN.test(verb)) {
      if (this.section.dataset.done === "no" && !this.section.dataset.begun) this.say("half", this.words.begun);
      this.section.dataset.begun = "yes";
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), ENDS.test(verb) ? 50 : LATER_MS);
  }

  async flush(leaving = false) {
    clearTimeout(this.timer);
    const list = this.unsent().slice(0, leaving ? 20 : MOST_IN_ONE);
    if (!list.length || (this.sending && !leaving)) return;
    this.sending = true;
    try {
      const response = await this.send(this.section.dataset.statements, { statements: list }, leaving);
      const reply = await response.json().catch(() => null);
      if (response.redirected || reply === null || response.status === 429 || response.status >= 500) {
        throw new Error("not taken");
      }
      const ids = new Set(list.map((one) => one.id));
      this.remember(this.unsent().filter((one) => !ids.has(one.id)));
      this.wait = 2_000;
      if (response.ok) this.answer(reply);
      this.warn("");
      if (this.unsent().length) this.timer = setTimeout(() => this.flush(), 50);
    } catch {
      this.warn(this.words.unsaved);
      this.timer = setTimeout(() => this.flush(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    } finally {
      this.sending = false;
    }
  }

  send(address, body, leaving) {
    return fetch(address, {
      method: "POST",
      keepalive: leaving,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.section.dataset.token },
      body: JSON.stringify({ version: Number(this.section.dataset.version), ...body }),
    });
  }

  answer(reply) {
    if (reply.done) {
      this.section.dataset.done = "yes";
      this.say("check", this.words.done);
    } else if (reply.finished) {
      this.say("half", reply.percent === null ? this.words.finished : `${this.words.percent} ${reply.percent} %`);
    }
  }

  // --- where she is ---
  keep(state) {
    if (!this.section.dataset.place || typeof state !== "string" || state.length > 60_000 || state === this.state) return;
    this.state = state;
    clearTimeout(this.keeper);
    const wait = this.lastKept + BETWEEN_PLACES_MS - Date.now();
    if (wait <= 0) this.place();
    else this.keeper = setTimeout(() => this.place(), wait);
  }

  place() {
    clearTimeout(this.keeper);
    this.keeper = null;
    this.lastKept = Date.now();
    this.sequence = Math.max(this.sequence + 1, this.lastKept);
    // A place that is lost is the one before it: the next saving comes in a few seconds.
    this.send(this.section.dataset.place, { state: this.state, sequence: this.sequence }, true).catch(() => {});
  }

  // --- what the page says ---
  get words() {
    const { wordBegun, wordDone, wordFinished, wordPercent, wordUnsaved } = this.section.dataset;
    return { begun: wordBegun, done: wordDone, finished: wordFinished, percent: wordPercent, unsaved: wordUnsaved };
  }

  say(icon, text) {
    const status = this.section.querySelector("[data-activity-status]");
    if (!status || status.querySelector("span").textContent === text) return;
    const use = status.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
    status.querySelector("span").textContent = text;
  }

  warn(text) {
    const warning = this.section.querySelector("[data-activity-unsaved]");
    if (!warning) return;
    warning.hidden = !text;
    if (warning.textContent !== text) warning.textContent = text;
  }
}

// One that waits for somebody's approval has no frame.
for (const section of document.querySelectorAll("section[data-activity]:has(iframe)")) new Activity(section);
