// Passkeys need a script; whoever has none signs in and sets up an app without.
"use strict";

const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// The answer of a browser as JSON; the newest do it themselves, as the standard has it since its third level.
function asJson(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) {
      response[name] = textOf(made.response[name]);
    }
  }
  return { id: made.id, rawId: textOf(made.rawId), type: made.type, response, clientExtensionResults: {} };
}

async function ask(form) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(form.dataset.ask, {
    method: "POST",
    headers: { "X-CSRFToken": token },
    credentials: "same-origin",
  });
  if (!answer.ok) {
    throw new Error(String(answer.status));
  }
  const { publicKey } = await answer.json();
  publicKey.challenge = bytesOf(publicKey.challenge);
  for (const known of [...(publicKey.excludeCredentials ?? []), ...(publicKey.allowCredentials ?? [])]) {
    known.id = bytesOf(known.id);
  }
  if (!publicKey.user) {
    return navigator.credentials.get({ publicKey });
  }
  publicKey.user.id = bytesOf(publicKey.user.id);
  return navigator.credentials.create({ publicKey });
}

for (const form of document.querySelectorAll("form[data-ask]")) {
  if (!window.PublicKeyCredential) {
    continue;
  }
  form.hidden = false;
  for (const words of document.querySelectorAll("[data-without-passkeys]")) {
    words.hidden = true;
  }
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) {
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // it is not sent yet: pages.js would take the next time for a second click
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      form.elements.answer.value = JSON.stringify(asJson(await ask(form)));
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    }
  });
}
