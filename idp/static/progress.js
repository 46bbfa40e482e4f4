// What the worker is doing: looked at again every two seconds, until it is done.
const region = () => document.getElementById("progress");
const look = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = fresh.getElementById("progress");
  if (!found) return;
  region().toggleAttribute("data-running", found.hasAttribute("data-running"));
  region().replaceChildren(...found.childNodes);
  // What the end changes beside it: not before, for somebody may be in it with the keyboard.
  if (!found.hasAttribute("data-running")) {
    document.title = fresh.title;
    for (const part of document.querySelectorAll("[data-at-the-end]")) {
      part.replaceChildren(...(fresh.getElementById(part.id)?.childNodes ?? []));
    }
  }
  wait();
};
const wait = () => {
  if (region()?.hasAttribute("data-running")) setTimeout(() => look().catch(wait), 2000);
};
wait();
