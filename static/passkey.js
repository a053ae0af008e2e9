// Passkeys. A form with data-passkey asks the device before it is sent: "create" makes a passkey, "get" uses one.
// What the device is asked stands in the page, or comes from the form's own address.
"use strict";

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

async function fromDevice(form) {
  const options = await optionsOf(form);
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.creation_options.publicKey) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.request_options.publicKey) });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !("PublicKeyCredential" in window && PublicKeyCredential.parseRequestOptionsFromJSON);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await fromDevice(form));
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
