// A form that came back with messages: focus goes to the summary, which is read aloud from there.

document.querySelector("[data-takes-focus]")?.focus();
