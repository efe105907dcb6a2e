// Shows how far it has come, without being asked. Where this does not run, the link on the page does the same.
const EVERY = 2000;

async function look() {
  const here = document.querySelector("[data-progress]");
  if (!here || here.hasAttribute("data-finished")) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = answer.ok && page.querySelector("[data-progress]");
    if (there) {
      here.replaceChildren(...there.childNodes);
      here.toggleAttribute("data-finished", there.hasAttribute("data-finished"));
    } else if (answer.ok) {
      location.reload(); // Finished, and the page that shows it is another one.
      return;
    }
  } catch {
    // Asked again in a moment.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
