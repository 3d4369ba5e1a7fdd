/** Says what is wrong with a room's name before it is asked for. */
const NAME = /^[\p{L}\p{Nd}_-][\p{L}\p{Mn}\p{Mc}\p{Nd}_-]*$/u; // marks belong to the letters of many scripts

const room = document.querySelector("#room");
const rule = document.querySelector("#rule");

function holds() {
  const name = room.value.normalize("NFC").trim();
  const holds = NAME.test(name) && [...name].length <= Number(room.dataset.max);
  rule.toggleAttribute("data-broken", !holds);
  room.setAttribute("aria-invalid", String(!holds));
  return holds;
}

room.addEventListener("input", holds);
room.form.addEventListener("submit", (event) => {
  if (holds()) return;
  event.preventDefault();
  room.focus();
});
