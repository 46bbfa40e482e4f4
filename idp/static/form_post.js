// Without scripts there is the button.
document.getElementById("answer").submit();
