// The first script in the frame of an activity: makes ready what H5P core and the libraries expect to find.
//
// The frame has no origin, so reading the true localStorage fails: something with the same methods stands in its place.
// Ways out that the content security policy does not know of are taken away by the libraries' own file (media.bundles).

(() => {
  "use strict";

  const memory = () => {
    const kept = new Map();
    const methods = {
      getItem: (name) => kept.get(String(name)) ?? null,
      setItem: (name, value) => void kept.set(String(name), String(value)),
      removeItem: (name) => void kept.delete(String(name)),
      clear: () => kept.clear(),
      key: (place) => [...kept.keys()][place] ?? null,
    };
    return new Proxy(methods, {
      get: (target, name) => (name === "length" ? kept.size : name in target ? target[name] : kept.get(String(name))),
      set: (target, name, value) => Boolean(kept.set(String(name), String(value))),
      has: (target, name) => name in target || kept.has(String(name)),
      deleteProperty: (target, name) => kept.delete(String(name)) || true,
    });
  };
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { value: memory(), configurable: true });
  }

  window.H5PIntegration = JSON.parse(document.getElementById("integration").textContent);
  window.H5PIntegration.fullscreenDisabled = true; // the page around has a button of its own, with the exit in sight
  window.H5P = { preventInit: true }; // it starts when the page around has handed in her place

  // The page around and this one know each other by a word that only they two have.
  window.handlekraftBridge = {
    word: location.hash.slice(1),
    site: document.currentScript.dataset.site,
    errors: [],
  };
  window.addEventListener("error", (event) => window.handlekraftBridge.errors.push(String(event.message)));
})();
