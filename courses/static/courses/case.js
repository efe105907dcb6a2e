// Shows what a choice leads to without loading the page anew. Without this script the form does the same by itself.

async function swap(scene, request) {
  const response = await fetch(request);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.getElementById(scene.id);
  if (!response.ok || !next) throw new Error("no scene");
  scene.replaceWith(next);
  const heading = next.querySelector("h3");
  heading.tabIndex = -1;
  heading.focus();
}

document.addEventListener("submit", (event) => {
  const scene = event.target.closest("[data-case]");
  if (!scene) return;
  event.preventDefault();
  const form = event.target;
  swap(scene, new Request(form.action, { method: "POST", body: new FormData(form) })).catch(() => form.submit());
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-again]");
  const scene = link?.closest("[data-case]");
  if (!scene || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  swap(scene, new Request(link.href)).catch(() => location.assign(link.href));
});
