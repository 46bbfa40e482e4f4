// Asks the browser for a passkey and sends what it answers, as the form that it is. Where the browser
// knows none, the form stays hidden, and the other ways remain.
const form = document.querySelector("form[data-passkey]");
const use = form?.dataset.passkey;
const status = form?.querySelector("[role=status]");
let waiting; // the suggestion in the login field, which the button takes the place of

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (credentials) => credentials?.map((each) => ({ ...each, id: bytes(each.id) }));

// The fields without an answer yet: among them the token that proves whose form it is. Nothing comes
// back when the page is no longer the step that is open.
async function options() {
  const body = new URLSearchParams(new FormData(form));
  const response = await fetch(form.dataset.optionsUrl, { method: "POST", body, redirect: "manual" });
  if (!response.ok) return;
  const asked = await response.json();
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  asked.excludeCredentials = listed(asked.excludeCredentials);
  asked.allowCredentials = listed(asked.allowCredentials);
  return asked;
}

function written({ id, rawId, type, response }) {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const parts = names.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  const transports = response.getTransports?.();
  return JSON.stringify({ id, rawId: text(rawId), type, response: { ...Object.fromEntries(parts), transports } });
}

async function ask(mediation) {
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const publicKey = await options();
  if (signal.aborted) return;
  // Who pressed the button is shown where it goes on; who is typing is not disturbed.
  if (!publicKey) return mediation === "conditional" ? undefined : location.reload();
  const credential =
    use === "create"
      ? await navigator.credentials.create({ publicKey, signal })
      : await navigator.credentials.get({ publicKey, mediation, signal });
  form.elements.answer.value = written(credential);
  form.submit();
}

function explain(error) {
  if (error.name === "AbortError") return;
  status.textContent = error.name === "InvalidStateError" ? status.dataset.known : status.dataset.cancelled;
}

if (form && window.PublicKeyCredential) {
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault()); // Enter in the field of the name
  form.querySelector("button").addEventListener("click", () => {
    status.textContent = "";
    ask("optional").catch(explain);
  });
  if (use === "suggest" && (await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    // Nobody asked for it: when nothing comes of it, nothing is said.
    ask("conditional").catch(() => {});
  }
}
