// The last script in the frame of an activity: starts it where she left it, and tells the page around what happens.
//
// What is told is: ready, failed, height, statement, state, escape. Everything here is the word of whatever runs in this
// frame; the server keeps it as such. The answer she gave is not told, only how it went.

(() => {
  "use strict";

  const { word, site, errors } = window.handlekraftBridge;
  const { H5P, H5PIntegration } = window;
  const [content] = Object.values(H5PIntegration.contents);
  const BETWEEN_STATES_MS = 5_000;
  const AFTER_ACTING_MS = 700;
  let started = false;
  let lastState = "";
  let lastHeight = 0;

  const tell = (type, more = {}) => window.parent.postMessage({ handlekraft: word, type, ...more }, site);

  // --- what she did ---
  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  const told = ({ verb, object = {}, result, context }) => {
    const { score, success, completion, duration } = result ?? {};
    return {
      id: uuid(),
      timestamp: new Date().toISOString(),
      verb: { id: verb?.id },
      object: { id: object.id, objectType: object.objectType, definition: { extensions: object.definition?.extensions } },
      result: result ? { score, success, completion, duration } : undefined,
      context: context?.contextActivities?.parent
        ? { contextActivities: { parent: context.contextActivities.parent.map(({ id }) => ({ id })) } }
        : undefined,
    };
  };
  H5P.externalDispatcher.on("xAPI", (event) => {
    tell("statement", { statement: JSON.stringify(told(event.data.statement)) });
    saveSoon();
  });

  // --- where she is ---
  const place = () => {
    let state;
    try {
      state = H5P.instances[0]?.getCurrentState?.();
    } catch {
      return ""; // of a library that has no state yet
    }
    // Given back as null, core would take it that the platform began anew, and say so to her.
    return state === undefined || state === null ? "" : JSON.stringify(state);
  };
  const save = () => {
    const text = place();
    if (!text || text === lastState) return;
    lastState = text;
    tell("state", { state: text });
  };
  let soon = null;
  function saveSoon() {
    clearTimeout(soon);
    soon = setTimeout(save, AFTER_ACTING_MS);
  }
  for (const type of ["change", "pointerup", "keyup"]) document.addEventListener(type, saveSoon, true);
  document.addEventListener("visibilitychange", save);
  window.addEventListener("pagehide", save);

  // --- how much room it takes ---
  const measure = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height && height !== lastHeight) tell("height", { height: (lastHeight = height) });
  };

  // --- the exit: Escape counts in here as it does outside ---
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.repeat) tell("escape");
  }, true);

  const start = (state) => {
    if (state) content.contentUserData = [{ state }];
    lastState = state;
    try {
      H5P.init(document.body);
    } catch (error) {
      errors.push(String(error));
    }
    if (!H5P.instances.length || !document.querySelector(".h5p-container")?.childElementCount) {
      tell("failed", { reason: errors.join("\n").slice(0, 500) });
      return;
    }
    lastState = place() || state; // what is so from the start is nothing she did
    new ResizeObserver(measure).observe(document.body);
    measure();
    setInterval(save, BETWEEN_STATES_MS);
    tell("ready");
  };

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== site || event.data?.handlekraft !== word) return;
    if (event.data.type === "start" && !started) {
      started = true;
      start(event.data.state);
    }
    if (event.data.type === "save") save();
  });
  // Core and some libraries finish setting themselves up when the document is ready; this comes after them.
  H5P.jQuery(() => tell("loaded"));
})();
