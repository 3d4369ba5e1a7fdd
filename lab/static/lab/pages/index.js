/** Checks the name of a room while it is typed. */
const NAME = /^[\p{L}\p{Nd}_-][\p{L}\p{Mn}\p{Mc}\p{Nd}_-]*$/u; // marks belong to the letters of many scripts

const room = document.querySelector("#room");
const rule = document.querySelector("#rule");

function validate() {
  const name = room.value.normalize("NFC").trim();
  const valid = NAME.test(name) && [...name].length <= Number(room.dataset.max);
  rule.toggleAttribute("data-broken", !valid);
  room.setAttribute("aria-invalid", String(!valid));
  return valid;
}

room.addEventListener("input", validate);
room.form.addEventListener("submit", (event) => {
  if (validate()) return;
  event.preventDefault();
  room.focus();
});
