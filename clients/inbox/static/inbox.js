// Keeps the page up to date and copies codes. Without it the page reloads itself and the code is
// there to read.
const EVERY = 2000; // milliseconds
const COPIED = 2000;

function enableCopying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "Copié";
  setTimeout(() => { button.textContent = "Copier"; }, COPIED);
});

async function update() {
  try {
    const answer = await fetch("/", { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const shown = document.querySelector("main");
    const next = fresh.querySelector("main");
    if (answer.ok && next.dataset.revision !== shown.dataset.revision) {
      shown.dataset.revision = next.dataset.revision;
      shown.replaceChildren(...next.childNodes);
      shown.querySelector("[data-news]").textContent = "La liste a changé.";
      enableCopying();
    }
  } catch {
    // The inbox is being restarted: the next round will tell.
  }
  setTimeout(update, EVERY);
}

enableCopying();
setTimeout(update, EVERY);
