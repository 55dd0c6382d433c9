// Sending files: dropped where they belong, looked at before they are sent, and seen on their way.
// Without this the form is sent as any other.
"use strict";

const extensions = { xml: "metadata", csv: "recipients", xlsx: "recipients", ods: "recipients", xls: "recipients", xlsm: "recipients" };

function formOf(target) {
  return target instanceof Element ? target.closest("form.upload") : null;
}

function give(input, files) {
  const all = new DataTransfer();
  for (const file of files) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// Files dropped on a field go there; several dropped anywhere go where their names say.
function distribute(form, dropped, field) {
  const fields = {};
  const fits = field && (dropped.length === 1 || field.querySelector("input").multiple);
  for (const file of dropped) {
    const name = fits ? field.querySelector("input").name : extensions[file.name.split(".").pop().toLowerCase()] || "document";
    (fields[name] ||= []).push(file);
  }
  for (const [name, files] of Object.entries(fields)) {
    const input = form.elements[name];
    give(input, input.multiple ? files : files.slice(-1));
  }
}

// What is too large is said before anything is sent.
function tooLarge(form) {
  let found = null;
  const sizes = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]).map((file) => file.size);
  const together = sizes.reduce((sum, size) => sum + size, 0) > Number(form.dataset.most);
  for (const field of form.querySelectorAll(".drop")) {
    const input = field.querySelector("input[type=file]");
    const most = together ? Math.max(...sizes) - 1 : Number(field.dataset.most);
    const large = [...input.files].find((file) => file.size > most);
    const described = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
    const id = `${input.id}_large`;
    field.querySelector(".large")?.remove();
    input.removeAttribute("aria-invalid");
    described.delete(id);
    if (large) {
      const said = document.createElement("div");
      said.id = id;
      said.className = "ds-validation-message large";
      said.dataset.field = "validation";
      said.dataset.color = "danger";
      const words = together ? form.dataset.together : form.dataset.large;
      said.textContent = words.replace("%s", field.dataset.limit).replace("%n", () => large.name);
      field.append(said);
      input.setAttribute("aria-invalid", "true");
      described.add(id);
      found ||= input;
    }
    input.setAttribute("aria-describedby", [...described].join(" "));
  }
  return found;
}

function show(form, text, percent) {
  const sent = form.querySelector(".sent");
  const bar = sent.querySelector("progress");
  sent.hidden = false;
  bar.hidden = percent === undefined;
  if (percent !== undefined) bar.value = percent;
  sent.querySelector("p").textContent = text;
}

function ready(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

function sizeOf(bytes) {
  const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  return bytes < 1e6 ? `${numbers.format(bytes / 1e3)} kB` : `${numbers.format(bytes / 1e6)} MB`;
}

// An answer that is no new page takes the place of this one, as if the browser had sent the form. Another program on
// the way may answer with a page of its own.
function replacePage(form, request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.getElementById("main");
  if (!main) {
    ready(form);
    show(form, request.status === 413 ? form.dataset.together : form.dataset.cut);
    return;
  }
  document.title = page.title;
  document.getElementById("main").replaceWith(document.adoptNode(main));
  (document.getElementById("errors") || document.getElementById("main")).focus();
  window.scrollTo(0, 0);
}

function send(form) {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (event) => {
    const percent = Math.floor((100 * event.loaded) / event.total);
    show(form, form.dataset.sending.replace("%p", `${percent} %`).replace("%s", sizeOf(event.total)), percent);
  });
  request.upload.addEventListener("load", () => show(form, form.dataset.checking));
  request.addEventListener("load", () => {
    if (request.status === 200 && request.responseURL.split("?")[0] !== form.action.split("?")[0]) {
      window.location.assign(request.responseURL);
    } else {
      replacePage(form, request);
    }
  });
  request.addEventListener("error", () => {
    ready(form);
    show(form, form.dataset.cut);
  });
  request.send(new FormData(form));
}

// After pages.js, which stops what was sent already.
window.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  const large = tooLarge(form);
  if (large) {
    ready(form);
    large.focus();
  } else {
    send(form);
  }
});

document.addEventListener("change", (event) => {
  const form = formOf(event.target);
  if (form) tooLarge(form);
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const form = formOf(event.target) || document.querySelector("form.upload");
    if (!form || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const field = event.target instanceof Element ? event.target.closest(".drop") : null;
    for (const one of form.querySelectorAll(".drop")) {
      one.toggleAttribute("data-over", name === "dragover" && (one === field || !field));
    }
    if (name === "drop") distribute(form, [...event.dataTransfer.files], field);
  });
}
