// The letter's QR code leads here with the login identifier after the #, where no server and no
// log sees it: fill it in, then take it out of the address bar and of the history.
const digits = decodeURIComponent(location.hash.slice(1)).replace(/\s/g, "");
const field = document.getElementById("identifier");

if (field && /^\d{12}$/.test(digits)) {
  field.value = digits.replace(/(\d{4})(?=\d)/g, "$1 ");
  history.replaceState(history.state, "", location.pathname + location.search);
  document.getElementById("password")?.focus();
}
