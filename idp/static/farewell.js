// Back to the application that asked, once every frame has told its own and there was time to read
// whom; an application that does not answer is not waited for. Whoever wants to stay stays.
const LONGEST = 5; // seconds for the frames

const farewell = document.getElementById("farewell");
const back = document.getElementById("continue");
const stay = document.getElementById("stay");
const status = farewell.querySelector("[data-going]");

const seconds = (count) => new Promise((done) => setTimeout(done, count * 1000));
const pageLoaded = new Promise((done) => {
  if (document.readyState === "complete") done();
  else addEventListener("load", done, { once: true });
});

let going = true;
if (farewell.dataset.reading) {
  status.textContent = status.dataset.going;
  stay.hidden = false;
  stay.addEventListener("click", () => {
    going = false;
    stay.hidden = true;
    status.textContent = "";
    back.focus();
  });
}

const told = Promise.race([pageLoaded, seconds(LONGEST)]);
Promise.all([told, seconds(Number(farewell.dataset.reading || 0))]).then(() => {
  if (going) location.replace(back.href);
});
