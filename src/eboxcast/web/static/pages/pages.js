// Small comforts; every page works without them.
"use strict";

// A form that was sent is not sent again by a second click; after the back button it can be, and one that answers with
// a file can be sent again at once, as the page stays.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("file" in form.dataset) {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  if ("file" in form.dataset) {
    // The answer is a file: this page stays, and shows a moment later that it was given.
    setTimeout(() => location.replace(location.pathname), 2000);
    return;
  }
  for (const button of form.querySelectorAll("button[type=submit]")) {
    button.setAttribute("aria-busy", "true");
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) {
      button.removeAttribute("aria-busy");
    }
  }
});

// What is wrong with a form is read out at once.
document.getElementById("errors")?.focus();
