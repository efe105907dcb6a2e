// A library that nobody should trust. As soon as it is shown it tries everything in attempts.js, and writes down how
// each went: on the page, in `window.__loot` (what it got), and to the page around, so that a test can ask anywhere.
var H5P = H5P || {};

H5P.HandlekraftHostile = (function (EventDispatcher, attempts, { later, put, PATIENCE_MS }) {
  const UNTIL_LEAVING_MS = 4000; // so that what is written down can be read first

  function Hostile(params, id) {
    EventDispatcher.call(this);
    this.contentId = id;
    this.params = params;
  }
  Hostile.prototype = Object.create(EventDispatcher.prototype);
  Hostile.prototype.constructor = Hostile;

  Hostile.prototype.attach = function ($container) {
    const list = document.createElement("dl");
    $container.get(0).append(list);
    window.__loot = {};
    this.run(list);
  };

  // All at once, so that it is over soon; each for itself, so that none stops another.
  Hostile.prototype.run = async function (list) {
    const folder = H5P.getLibraryPath("H5P.HandlekraftHostile-1.0");
    const all = Object.entries(attempts({ ...this.params, folder }));
    await Promise.all(all.map(([name, attempt]) => this.attempt(name, attempt, list)));
    this.forge();
    if (this.params.garbage) this.talk();
    list.dataset.done = "yes";
    if (this.params.leave?.length) await later(UNTIL_LEAVING_MS);
    for (const way of this.params.leave ?? []) await this.leave(way);
  };

  Hostile.prototype.attempt = async function (name, attempt, list) {
    let got = "";
    let stopped = "nothing came of it";
    try {
      got = await Promise.race([Promise.resolve().then(attempt), later(PATIENCE_MS + 500)]);
    } catch (error) {
      stopped = String(error?.name ?? error);
    }
    if (got) window.__loot[name] = got;
    const told = document.createElement("dd");
    told.dataset.attempt = name;
    told.dataset.stopped = got ? "" : stopped;
    told.textContent = got ? `got: ${String(got).slice(0, 200)}` : "kept in";
    list.append(told);
    window.parent.postMessage({ attempt: name, got: String(got || "").slice(0, 200), stopped }, "*");
  };

  const statement = (more = {}) =>
    JSON.stringify({
      id: "6a7f0c5e-52a2-4b9e-8f43-0d6f0f8e3a10",
      timestamp: new Date().toISOString(),
      verb: { id: "http://adlnet.gov/expapi/verbs/completed" },
      object: { id: "x" },
      result: { score: { scaled: 1, raw: 1, max: 1 }, completion: true, success: true },
      ...more,
    });

  // Messages without the word that the page around has given to this frame alone.
  Hostile.prototype.forge = function () {
    const tell = (data) => window.parent.postMessage(data, "*");
    for (const data of [null, undefined, 7, "x", [], { type: "statement", statement: statement() }]) tell(data);
    for (const handlekraft of ["wrong", "", null, undefined, {}, this.params.other]) {
      tell({ handlekraft, type: "statement", statement: statement({ object: { id: `urn:${this.params.other}` } }) });
      tell({ handlekraft, type: "state", state: '{"chosen":1}' });
      tell({ handlekraft, type: "height", height: 1e9 });
    }
    tell({ handlekraft: "wrong", type: "statement", statement: "x".repeat(8_000_000) });
    for (let time = 0; time < 100; time += 1) tell({ handlekraft: "wrong", type: "escape" });
  };

  // Nonsense with the word, which a library can find: it concerns this activity alone, and must not harm the page.
  Hostile.prototype.talk = function () {
    const handlekraft = window.handlekraftBridge?.word;
    const tell = (type, more) => window.parent.postMessage({ handlekraft, type, ...more }, "*");
    const broken = ["null", "7", "[]", "{}", "{", '{"verb":null}', '{"verb":{"id":{}}}'];
    for (const told of [...broken, "x".repeat(8_000_000), null, {}]) tell("statement", { statement: told });
    // Not the whole, but one of the kinds of which only the last is kept.
    tell("statement", { statement: statement({ verb: { id: "http://adlnet.gov/expapi/verbs/interacted" } }) });
    for (const state of [null, 7, {}, "", "{", "null", "x".repeat(8_000_000)]) tell("state", { state });
    for (const height of [-1, NaN, Infinity, 1e9, "9999px; color: red", null]) tell("height", { height });
    for (const type of ["toString", "__proto__", "unknown", null]) tell(type);
  };

  Hostile.prototype.leave = function (way) {
    const { canary } = this.params;
    const ways = {
      "top": () => (window.top.location = `${canary}/top`),
      "parent": () => window.parent.location.replace(`${canary}/parent`),
      "link to top": () => put("a", { href: `${canary}/link`, target: "_top" }).click(),
      "window called top": () => window.open(`${canary}/open`, "_top"),
      // Of another server's file the browser makes a journey and no download.
      "download": () => put("a", { href: `${canary}/download`, download: "x.exe" }).click(),
      "top history": () => window.top.history.back(),
      "own history": () => window.history.go(-1),
      "escape": () => window.parent.postMessage({ handlekraft: "wrong", type: "escape" }, "*"),
      "refresh": () => put("meta", { httpEquiv: "refresh", content: `0;url=${canary}/refresh` }, document.head),
      "location": () => (window.location = `${canary}/self`),
    };
    try {
      ways[way]();
    } catch {
      // Stopped, as it should be.
    }
    return later(500);
  };

  return Hostile;
})(H5P.EventDispatcher, HandlekraftAttempts, HandlekraftWays);
