// Small comforts; every page works without them.
"use strict";

// Another language is another page: what was typed into this one does not come along.
let typed = Boolean(document.querySelector(".languages[data-answered]"));
document.addEventListener("input", (event) => {
  typed ||= event.target.matches("main form[method=post] *");
});

// A form that was sent is not sent again by a second click; after the back button it can be. One that answers with a
// file can be sent again a moment later, as the page stays; one that gives it once has the page show that it was given.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (typed && form.matches(".languages") && !confirm(form.dataset.typed)) {
    event.preventDefault();
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  if ("file" in form.dataset) {
    const once = form.dataset.file === "once";
    setTimeout(() => (once ? location.replace(location.pathname) : delete form.dataset.sent), 2000);
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

// Where a part of a form is refused because the session or the page is too old, the whole form is sent: its answer says
// what to do and keeps what was typed.
document.addEventListener("htmx:responseError", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig.verb !== "post" || ![401, 403].includes(xhr.status)) return;
  const asking = requestConfig.elt;
  const form = asking.closest("form");
  form.requestSubmit(asking.matches("button") ? asking : form.querySelector("button[data-look]"));
});

// What is wrong with a form is read out at once.
document.getElementById("errors")?.focus();

// A document is shown in its page where there is room. Without scripts a browser would load it where nobody sees it, too,
// and it would count as opened.
for (const frame of document.querySelectorAll("iframe[data-src]")) frame.src = frame.dataset.src;
