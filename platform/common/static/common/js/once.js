// A form is sent once: a second click while the answer is on its way would be told that somebody else was first.

const AGAIN_AFTER_MS = 10000; // the answer may be a file, or never come

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, AGAIN_AFTER_MS);
});
// Back in the history, where the page stands as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
