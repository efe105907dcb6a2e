// Checks that the frame keeps a library in: tries each way to what is none of its business, and writes down how it went.
//
// An attempt that gets somewhere returns what it got; one that is stopped throws, or returns nothing. The list is read
// by the test, which names every attempt; a server outside counts what reached it.
var H5P = H5P || {};

H5P.HandlekraftProbe = (function ($, EventDispatcher) {
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const opened = (target, done, failed) =>
    new Promise((resolve, reject) => {
      target[done] = () => resolve(done);
      target[failed] = () => reject(new Error(failed));
      setTimeout(() => reject(new Error("silence")), 1500);
    });

  const attempts = ({ outside, platform, other }) => ({
    "cookie": () => document.cookie,
    "parent document": () => window.parent.document.title,
    "parent address": () => window.parent.location.href,
    "top document": () => window.top.document.title,
    "frame element": () => window.frameElement && window.frameElement.dataset.token,
    "opener": () => window.opener && window.opener.location.href,
    "indexedDB": () => opened(indexedDB.open("x"), "onsuccess", "onerror"),
    "caches": () => caches.keys().then(() => "caches"),
    "true localStorage": () => {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      return frame.contentWindow.localStorage.length + 1;
    },
    "her pages": () => fetch(`${platform}/nb/min-konto/`, { credentials: "include" }).then((answer) => answer.text()),
    "her pages by XHR": () => {
      const request = new XMLHttpRequest();
      request.open("GET", `${platform}/nb/`, false);
      request.withCredentials = true;
      request.send();
      return request.responseText;
    },
    "another activity's statements": () =>
      fetch(`${platform}/h5p/${other}/hendelser/`, { method: "POST", credentials: "include", body: "{}" }).then(
        (answer) => `${answer.status}`,
      ),
    "fetch": () => fetch(`${outside}/fetch`, { mode: "no-cors" }).then(() => "fetch"),
    "beacon": () => navigator.sendBeacon(`${outside}/beacon`, "x") && later(300).then(() => ""),
    "socket": () => opened(new WebSocket(outside.replace("http", "ws")), "onopen", "onerror"),
    "event source": () => opened(new EventSource(`${outside}/events`), "onopen", "onerror"),
    "image": () => opened(Object.assign(new Image(), { src: `${outside}/image` }), "onload", "onerror"),
    "script": () => {
      const script = Object.assign(document.createElement("script"), { src: `${outside}/script` });
      document.head.append(script);
      return opened(script, "onload", "onerror");
    },
    "style": () => {
      const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${outside}/style` });
      document.head.append(style);
      return opened(style, "onload", "onerror");
    },
    "prefetch": () => {
      const link = Object.assign(document.createElement("link"), { rel: "prefetch", href: `${outside}/prefetch` });
      document.head.append(link);
      return later(500).then(() => "");
    },
    "font": () => new FontFace("x", `url(${outside}/font)`).load().then(() => "font"),
    "inner frame": () => {
      const frame = Object.assign(document.createElement("iframe"), { src: `${outside}/frame` });
      document.body.append(frame);
      return later(500).then(() => "");
    },
    "form": () => {
      const form = Object.assign(document.createElement("form"), { action: `${outside}/form`, method: "post" });
      document.body.append(form);
      form.submit();
      return later(300).then(() => "");
    },
    "window": () => window.open(`${outside}/window`) && "window",
    "worker": () => opened(new Worker(`${platform}/static/media/activity.js`), "onmessage", "onerror"),
    "peer connection": () => new RTCPeerConnection() && "peer connection",
    "service worker": () => navigator.serviceWorker.register("/sw.js").then(() => "service worker"),
    "dialog": () => (window.confirm("?") ? "dialog" : ""),
    "full screen": () => document.body.requestFullscreen().then(() => "full screen"),
    "clipboard": () => navigator.clipboard.readText(),
    "place": () => new Promise((yes, no) => navigator.geolocation.getCurrentPosition(() => yes("place"), no)),
    "camera": () => navigator.mediaDevices.getUserMedia({ video: true }).then(() => "camera"),
    "eval": () => (0, eval)("'eval'"),
    "inline script": () => {
      window.inlineRan = "";
      const script = document.createElement("script");
      script.textContent = "window.inlineRan = 'inline script'";
      document.head.append(script);
      return window.inlineRan;
    },
  });

  function Probe(params, id) {
    EventDispatcher.call(this);
    this.contentId = id;
    this.params = params;
  }
  Probe.prototype = Object.create(EventDispatcher.prototype);
  Probe.prototype.constructor = Probe;

  Probe.prototype.attach = function ($container) {
    const list = document.createElement("dl");
    $container.get(0).append(list);
    this.run(list);
  };

  Probe.prototype.run = async function (list) {
    for (const [name, attempt] of Object.entries(attempts(this.params))) {
      let got;
      try {
        got = await Promise.race([attempt(), later(2500)]);
      } catch {
        got = "";
      }
      const told = document.createElement("dd");
      told.dataset.attempt = name;
      told.textContent = got ? `got: ${String(got).slice(0, 200)}` : "kept in";
      list.append(told);
    }
    this.forge();
    list.dataset.done = "yes";
    if (this.params.leave) {
      await later(4000); // so that what is written down can be read first
      try {
        window.top.location = `${this.params.outside}/top`;
      } catch {
        // stopped, as it should be
      }
      window.location = `${this.params.outside}/self`;
    }
  };

  // Messages to the page around that do not hold its word, or hold more than it may take.
  Probe.prototype.forge = function () {
    const statement = JSON.stringify({ id: "x", verb: { id: "completed" }, object: { id: "x" } });
    for (const told of [null, "x", { type: "statement", statement }, { handlekraft: "wrong", type: "statement", statement }]) {
      window.parent.postMessage(told, "*");
    }
    window.parent.postMessage({ handlekraft: "wrong", type: "escape" }, "*");
    window.parent.postMessage({ handlekraft: "wrong", type: "escape" }, "*");
  };

  return Probe;
})(H5P.jQuery, H5P.EventDispatcher);
