// What the attempts are made of. The same file runs in the documents that the hostile library makes inside of its own:
// there is what was taken away from the frame again, unless the frame's policy keeps scripts from running in them.
var HandlekraftWays = (() => {
  const PATIENCE_MS = 2500;
  const later = (ms, value = "") => new Promise((resolve) => setTimeout(resolve, ms, value));

  // What happens to the target first: the one event is success, the other one is not, and silence is neither.
  const first = (target, done, failed, got = done) =>
    new Promise((resolve, reject) => {
      target[done] = () => resolve(got);
      target[failed] = (event) => reject(new Error(String(event?.message ?? failed)));
      setTimeout(() => reject(new Error("silence")), PATIENCE_MS);
    });

  const put = (name, properties = {}, into = document.body) => {
    const element = document.createElement(name);
    for (const [property, value] of Object.entries(properties)) {
      if (property in element) element[property] = value;
      else element.setAttribute(property, value);
    }
    into.append(element);
    return element;
  };
  const loaded = (name, properties) => first(put(name, properties), "onload", "onerror", `${name} loaded`);

  // Datagrams to a server of one's choice: no content security policy speaks of them.
  const call = async (stun) => {
    const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:${stun}` }] });
    peer.createDataChannel("x");
    await peer.setLocalDescription(await peer.createOffer());
    return later(1000, "peer connection");
  };

  // A document inside: with a script of this library, as the frame's policy lets those run, and its answer.
  const inside = (frame) =>
    new Promise((resolve, reject) => {
      window.addEventListener("message", ({ source, data }) => {
        if (source === frame.contentWindow && data?.inside !== undefined) resolve(data.inside);
      });
      setTimeout(() => reject(new Error("silence")), PATIENCE_MS);
    });

  return { call, first, inside, later, loaded, put, PATIENCE_MS };
})();

// In a document inside: its name says what is wanted.
if (window.parent !== window && window.name.startsWith("stun:")) {
  HandlekraftWays.call(window.name.slice(5)).then(
    (inside) => window.parent.postMessage({ inside }, "*"),
    () => window.parent.postMessage({ inside: "" }, "*"),
  );
}
