// A button that prints the page; every browser's own menu does too.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
