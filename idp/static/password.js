// While a new password is typed, the server says which rules it meets (the estimate needs the
// person's own traits, which the page does not have). Without an answer the rules stay as listed.
const list = document.querySelector("[data-check-url]");
const field = list && document.getElementById(list.dataset.field);
const PAUSE = 300; // milliseconds without a key before asking
let timer;
let asked = 0;

function draw({ id, ok, text }) {
  let line = list.querySelector(`[data-rule="${CSS.escape(id)}"]`);
  if (!line) {
    line = document.createElement("li");
    line.dataset.rule = id;
    line.append(document.createElement("span"));
    list.append(line);
  }
  const state = { true: " fr-message--valid", false: " fr-message--info" }[ok] ?? "";
  line.className = `fr-message rule${state}`;
  const words = line.querySelector("span");
  // Only what changed is written, so that only that is read aloud.
  if (words.textContent !== text) words.textContent = text;
}

async function check() {
  const turn = ++asked;
  const response = await fetch(list.dataset.checkUrl, {
    method: "POST",
    headers: { "X-CSRFToken": list.dataset.csrf, Accept: "application/json" },
    body: new URLSearchParams({ [field.name]: field.value }),
  });
  if (!response.ok) return;
  const { rules } = await response.json();
  if (turn === asked) rules.forEach(draw); // an older answer may come later
}

field?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => check().catch(() => {}), PAUSE);
});
