// The two panels beside the phone (on a phone: sheets from below): who I am, and what time it is.

import { ask } from "./ask.js";
import { badge, clockOf, el, face } from "./draw.js";
import { here, unreadOf, world } from "./world.js";

const at = (id) => document.getElementById(id);
const shade = at("shade");
const wide = matchMedia("(min-width: 1080px)");
let moving = false;

export function drawPeople() {
  const me = here();
  at("me").textContent = `${me.name}（${me.word}）`;
  at("who").replaceChildren(face(me.id, me.name), `${me.name} · ${me.word}`);
  at("figures").replaceChildren(...[...world.people.values()].map(figure));
}

// A click makes me this person, in the same room where he is in it too.
function figure(person) {
  const mine = person.id === world.me;
  const label = el("span", { class: "words" }, el("b", {}, person.name), el("small", {}, [person.word, person.home].filter(Boolean).join(" · ")));
  const shared = world.rooms.get(world.open)?.members.includes(person.id);
  return el("li", {}, el("a", { href: shared ? `#${person.id}/${world.open}` : `#${person.id}`, "aria-current": mine && "true", onclick: close }, face(person.id, person.name), label, badge(unreadOf(person.id))));
}

export function drawClock() {
  at("now").textContent = world.clock.spoken;
  at("when").textContent = wide.matches ? clockOf(world.clock.now) : world.clock.spoken;
  at("jumps").replaceChildren(...world.clock.jumps.map((jump) => el("button", { type: "button", disabled: moving, onclick: () => move(jump) }, jump.label)));
}

async function move(jump) {
  setMoving(`时间正走到 ${jump.label}…`);
  if (await ask("/clock", { to: jump.to })) close();
  setMoving("");
}

function setMoving(words) {
  moving = Boolean(words);
  at("moving").textContent = words;
  drawClock();
}

function open(panel) {
  close();
  panel.classList.add("up");
  shade.hidden = wide.matches;
  panel.focus();
}

export function close() {
  for (const panel of document.querySelectorAll(".panel")) panel.classList.remove("up");
  shade.hidden = true;
}

export function wirePanels() {
  for (const button of document.querySelectorAll("[data-sheet]")) button.addEventListener("click", () => open(at(button.dataset.sheet)));
  shade.addEventListener("click", close);
  document.addEventListener("pointerdown", () => wide.matches && close());
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
  wide.addEventListener("change", () => (close(), drawClock()));
}
