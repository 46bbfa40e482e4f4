// The one-time code's page: digits in two groups as one types or pastes, and the seconds until
// another code can be asked for. Nothing is sent without the person's own gesture.
const field = document.getElementById("code");

function group() {
  const digits = field.value.replace(/\D/g, "").slice(0, 6);
  // Only while typing at the end: elsewhere the caret would jump.
  if (field.selectionStart === field.value.length) {
    field.value = digits.length > 3 ? `${digits.slice(0, 3)} ${digits.slice(3)}` : digits;
  }
}

function countDown(button) {
  const words = button.querySelector("[data-countdown]");
  const status = button.form.querySelector("[data-when-ready]");
  const ready = Date.now() + Number(button.dataset.resendIn) * 1000;
  const wait = (event) => event.preventDefault();

  button.setAttribute("aria-disabled", "true");
  button.addEventListener("click", wait);
  const timer = setInterval(() => {
    const seconds = Math.ceil((ready - Date.now()) / 1000);
    if (seconds > 0) {
      words.textContent = words.dataset.countdown.replace("…", String(seconds));
      return;
    }
    clearInterval(timer);
    words.remove();
    button.removeAttribute("aria-disabled");
    button.removeEventListener("click", wait);
    status.textContent = status.dataset.whenReady;
  }, 1000);
}

field?.addEventListener("input", group);
const resend = document.getElementById("resend");
if (resend?.querySelector("[data-countdown]")) countDown(resend);
