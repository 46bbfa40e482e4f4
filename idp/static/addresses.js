// While redirect URIs are typed, one a line, the server says of each whether it can be one. Without
// an answer the list stays as it was; the form is checked again when it is sent.
const field = document.querySelector("[data-check-addresses]");
const list = field && document.getElementById(field.dataset.list);
const PAUSE = 300; // milliseconds without a key before asking
let timer;
let asked = 0;

function line({ uri, ok, text }) {
  const item = document.createElement("li");
  const code = document.createElement("code");
  const badge = document.createElement("span");
  code.textContent = uri;
  badge.className = `fr-badge fr-badge--sm fr-badge--${ok ? "success" : "error"}`;
  badge.textContent = text;
  item.append(code, badge);
  return item;
}

async function check() {
  const turn = ++asked;
  const kind = field.form.elements.kind;
  const response = await fetch(field.dataset.checkAddresses, {
    method: "POST",
    headers: { "X-CSRFToken": field.form.elements.csrf_token.value, Accept: "application/json" },
    body: new URLSearchParams({ addresses: field.value, kind: kind.value }),
  });
  if (!response.ok) return;
  const { addresses } = await response.json();
  if (turn === asked) list.replaceChildren(...addresses.map(line)); // an older answer may come later
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => check().catch(() => {}), PAUSE);
}

field?.addEventListener("input", soon);
for (const kind of document.querySelectorAll("[name=kind]")) kind.addEventListener("change", soon);
