// What a page that refreshes a part of itself owes its reader; without scripts there is a link instead.
"use strict";

// What was opened stays open.
let opened = [];
const failed = document.getElementById("live-failed");
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "live" && event.detail.shouldSwap) failed.hidden = true;
  if (pressed) {
    event.detail.shouldSwap = false; // a button that is replaced while it is pressed loses the click
    return;
  }
  opened = [...event.detail.target.querySelectorAll("details[open][id]")].map((one) => one.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) {
    document.getElementById(id)?.setAttribute("open", "");
  }
});

// Old figures are not taken for new ones.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, (event) => {
    if (event.target.id === "live") failed.hidden = false;
  });
}

let pressed = false;
document.addEventListener("pointerdown", () => {
  pressed = true;
});
for (const end of ["pointerup", "pointercancel", "blur"]) {
  window.addEventListener(end, () => {
    pressed = false;
  });
}

// Nobody looks: nothing is asked.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.requestConfig?.verb === "get") {
    event.preventDefault();
  }
});
