// Keeps what the reader writes on an action card in her own browser: nothing here asks the server for anything.

const PREFIX = "handlekraft:kort:";

function kept(place) {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + place));
    return found && typeof found === "object" ? found : {};
  } catch {
    return {}; // not allowed to, or not written by us
  }
}

function keep(place, values) {
  try {
    if (Object.keys(values).length) localStorage.setItem(PREFIX + place, JSON.stringify(values));
    else localStorage.removeItem(PREFIX + place);
    return true;
  } catch {
    return false;
  }
}

function begin(card) {
  const place = card.dataset.card;
  const fields = [...card.querySelectorAll("textarea[data-row]")];
  const status = card.querySelector("[data-card-status]");
  const dialog = card.querySelector("dialog");
  const on = (name, act) => card.querySelector(`[${name}]`).addEventListener("click", act);
  const say = (word) => {
    const words = word ? status.dataset[word] : "";
    if (status.textContent !== words) status.textContent = words;
  };
  const show = () => {
    const values = kept(place);
    for (const field of fields) field.value = typeof values[field.dataset.row] === "string" ? values[field.dataset.row] : "";
    say(Object.keys(values).length ? "saved" : "");
  };

  card.addEventListener("input", () => {
    // What another version of the card asked for stays, until she empties it.
    const values = kept(place);
    for (const field of fields) {
      if (field.value.trim()) values[field.dataset.row] = field.value;
      else delete values[field.dataset.row];
    }
    say(keep(place, values) ? (Object.keys(values).length ? "saved" : "emptied") : "failed");
  });
  on("data-card-empty", () => dialog.showModal());
  on("data-card-keep", () => dialog.close());
  on("data-card-sure", () => {
    const done = keep(place, {});
    for (const field of fields) field.value = "";
    dialog.close();
    say(done ? "emptied" : "failed");
  });
  // Only the card, not the part of the module it stands in.
  on("data-card-print", () => {
    card.toggleAttribute("data-printing", true);
    print();
    card.toggleAttribute("data-printing", false);
  });
  // The same card in another tab.
  addEventListener("storage", (event) => {
    if (event.key === PREFIX + place || event.key === null) show();
  });
  // Back in the history the page may stand as it was before she emptied the card.
  addEventListener("pageshow", (event) => event.persisted && show());
  card.querySelector("[data-card-tools]").hidden = false;
  show();
}

// Where fields do not grow by themselves, all that was written must be on the paper all the same.
if (!CSS.supports("field-sizing", "content")) {
  const grow = (field) => {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 4}px`;
  };
  addEventListener("beforeprint", () => document.querySelectorAll(".hk-acard textarea").forEach(grow));
}

document.querySelectorAll("[data-card]").forEach(begin);
