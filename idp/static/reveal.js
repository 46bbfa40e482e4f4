// A button beside a password field shows what is typed, and hides it again.
for (const button of document.querySelectorAll("button[data-reveals]")) {
  const field = document.getElementById(button.dataset.reveals);
  const word = button.querySelector("span");
  const show = (visible) => {
    field.type = visible ? "text" : "password";
    word.textContent = visible ? button.dataset.hide : button.dataset.show;
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  // Sent as a password, so that a browser offers to keep it and does not remember it as a text.
  field.form.addEventListener("submit", () => show(false));
}
