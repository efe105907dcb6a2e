// Saves each answer when it is chosen, says whether it is saved, and keeps trying until it is. Without script the
// form's own buttons save.
//
// Every choice gets a sequence number in the server's milliseconds, larger than the one before: the server keeps the
// largest, so a save that arrives late never overwrites a newer one. What is not confirmed stays in sessionStorage and is
// sent again after a reload or on the next page. There is no "leave this page?" question: the exit must work at once.

const form = document.querySelector("form[data-save]");

if (form) {
  const { attempt, save: address, number: place } = form.dataset;
  const words = {
    saving: form.dataset.wordSaving,
    saved: form.dataset.wordSaved,
    unsaved: form.dataset.wordUnsaved,
    elsewhere: form.dataset.wordElsewhere,
    offline: form.dataset.wordOffline,
  };
  const number = place ? Number(place) : null;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const ahead = Number(form.dataset.now) - Date.now(); // how far the server's clock is ahead of this one
  const status = document.querySelector("[data-save-status]");
  const alertBox = document.querySelector("[data-unsaved]");
  const retry = document.querySelector("[data-retry]");
  const alertText = document.querySelector("[data-unsaved-text]");
  const LONGEST_WAIT_MS = 30_000;
  let last = Number(form.dataset.stored || 0);
  let wait = 2_000;
  let timer = null;
  let closed = false;

  // --- what is not confirmed, by question ---
  const key = (place) => `attempt:${attempt}:${place}`;
  const unsent = () =>
    Object.keys(sessionStorage)
      .filter((name) => name.startsWith(`attempt:${attempt}:`))
      .map((name) => ({ number: Number(name.split(":")[2]), ...JSON.parse(sessionStorage.getItem(name)) }));
  const remember = (entry) =>
    sessionStorage.setItem(key(entry.number), JSON.stringify({ option: entry.option, sequence: entry.sequence }));
  const forget = (entry) => {
    const kept = JSON.parse(sessionStorage.getItem(key(entry.number)) || "null");
    if (kept && kept.sequence <= entry.sequence) sessionStorage.removeItem(key(entry.number));
  };

  // --- what the page says ---
  const say = (state, text) => {
    if (!status) return;
    status.dataset.state = state;
    status.querySelector("span").textContent = text;
  };
  const complain = (text) => {
    retry.hidden = false;
    say("none", words.unsaved);
    alertText.textContent = text;
    alertBox.hidden = false;
  };
  const calm = (at) => {
    say("saved", `${words.saved} ${at}`);
    alertBox.hidden = true;
  };
  const choose = (option) => {
    const input = [...form.querySelectorAll("[name=option]")].find((one) => one.value === option);
    if (input) input.checked = true;
  };
  const dot = () => number && document.querySelectorAll(".hk-dots li")[number - 1];

  // --- sending ---
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  };

  async function send(entry) {
    const response = await fetch(address, {
      method: "POST",
      keepalive: true,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(entry),
    });
    const reply = await response.json().catch(() => null);
    if (reply === null || response.status >= 500) throw new Error("no answer");
    if (response.ok) {
      forget(entry);
      if (reply.saved) return { at: reply.at };
      // A newer choice from another window or device stands: show it.
      if (entry.number === number && unsent().every((one) => one.number !== number)) {
        choose(reply.option);
        last = reply.sequence;
        form.elements.was.value = reply.option;
        form.elements.sequence.value = "";
        return { at: reply.at, note: words.elsewhere };
      }
      return { at: reply.at };
    }
    if (response.status === 409 || response.status === 400) {
      forget(entry); // it can never be saved: trying again would only repeat the refusal
      closed = response.status === 409;
    }
    return { refused: reply.message };
  }

  async function flush() {
    clearTimeout(timer);
    const entries = unsent();
    if (entries.length === 0 || closed) return;
    if (alertBox.hidden) say("saving", words.saving);
    try {
      const replies = await Promise.all(entries.map(send));
      const refused = replies.find((reply) => reply.refused);
      const note = replies.find((reply) => reply.note);
      if (refused) {
        complain(refused.refused);
        retry.hidden = unsent().length === 0;
        if (unsent().length) later();
        return;
      }
      wait = 2_000;
      if (unsent().length) return; // chosen again in the meantime: that save will say so
      calm(replies.at(-1).at);
      if (note) {
        alertText.textContent = note.note;
        say("saved", note.note);
      }
      if ("reload" in form.dataset) window.location.reload();
    } catch {
      complain(words.offline);
      later();
    }
  }

  // --- what she does ---
  if (number) {
    form.addEventListener("change", (event) => {
      if (event.target.name !== "option") return;
      last = Math.max(last + 1, Date.now() + ahead);
      form.elements.sequence.value = String(last);
      remember({ number, option: event.target.value, sequence: last });
      const mark = dot();
      if (mark) mark.dataset.state = "answered";
      flush();
    });
    const left = unsent().find((entry) => entry.number === number);
    if (left && left.sequence > last) {
      choose(left.option);
      last = left.sequence;
      form.elements.sequence.value = String(last);
    }
  }
  retry.addEventListener("click", flush);
  window.addEventListener("online", flush);
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") flush();
  });
  // Back from the browser's own store of pages: what stands there may be old, and the attempt finished.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
  flush();

  // --- time left ---
  const clock = document.querySelector("[data-deadline]");
  if (clock) {
    const ends = Date.parse(clock.dataset.deadline);
    const tick = () => {
      const minutes = Math.ceil((ends - Date.now() - ahead) / 60_000);
      clock.querySelector("[data-minutes]").textContent = String(Math.max(0, minutes));
      if (minutes <= 0) window.location.assign(clock.dataset.result);
    };
    setInterval(tick, 5_000);
  }
}
