// The quick exit: replaces this page in the history, so that "back" does not lead here again.
// Escape twice within a second does the same. Without script the link still leads away.

const exits = document.querySelectorAll("[data-exit]");
const WITHIN_MS = 1000;

if (exits.length) {
  const leave = () => {
    document.body.hidden = true; // nothing stands on the screen while the other page loads
    window.location.replace(exits[0].href);
  };
  let last = -Infinity;

  for (const exit of exits) {
    exit.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    if (event.timeStamp - last < WITHIN_MS) leave();
    last = event.timeStamp;
  });
}
