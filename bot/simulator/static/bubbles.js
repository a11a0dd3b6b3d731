// One line of talk as a bubble, and the menu that a long press or a right click opens on it.

import { ask } from "./ask.js";
import { el, face, stamp } from "./draw.js";
import { world } from "./world.js";

const PAUSE = 5 * 60 * 1000;
const PRESS = 500;
const menu = document.getElementById("menu");
const enlarged = document.getElementById("enlarged");

export function drawLine(line, before, group, onQuote) {
  const late = !before || new Date(line.at) - new Date(before.at) > PAUSE;
  return el("div", { class: "piece", "data-id": line.id }, late ? el("p", { class: "stamp" }, stamp(line.at)) : null, line.recalled ? gone(line) : turn(line, group, onQuote));
}

const gone = (line) => el("p", { class: "stamp" }, `${line.who === world.me ? "你" : line.name}撤回了一条消息`);

function turn(line, group, onQuote) {
  const own = line.who === world.me;
  const word = world.people.get(line.who)?.word;
  const bubble = inside(line);
  const more = el("button", { type: "button", class: "more", "aria-label": "更多", onclick: (event) => openMenu(event.currentTarget, line, onQuote) }, "⋯");
  listen(bubble, line, onQuote);
  const name = group && !own ? el("span", { class: "name" }, word ? `${line.name} · ${word}` : line.name) : null;
  const quoted = line.quoted ? el("span", { class: "quoted" }, `${line.quoted.name}：${line.quoted.text}`) : null;
  const body = el("div", { class: "body" }, name, el("div", { class: "row" }, bubble, more), quoted);
  return el("article", { class: own ? "turn own" : "turn", "aria-label": line.name }, face(line.who, line.name), body);
}

function inside(line) {
  if (line.image) return picture(line);
  if (line.file) {
    return el("a", { class: "file", href: `/media/${line.id}`, download: line.file }, el("span", {}, line.file), el("i", { "aria-hidden": "true" }, line.file.split(".").at(-1).toUpperCase()));
  }
  return el("div", { class: "bubble" }, line.text);
}

function picture(line) {
  const image = el("img", { src: `/media/${line.image}`, alt: `${line.name}发的图片` });
  const broken = () => image.replaceWith(el("span", { class: "broken" }, "图片打不开"));
  image.addEventListener("error", broken, { once: true });
  return el("button", { type: "button", class: "picture", "aria-label": "看大图", onclick: () => enlarge(image) }, image);
}

function enlarge(image) {
  enlarged.firstElementChild.src = image.src;
  enlarged.showModal();
}

function listen(bubble, line, onQuote) {
  let timer = 0;
  let pressed = false;
  bubble.addEventListener("contextmenu", (event) => (event.preventDefault(), openMenu(bubble, line, onQuote)));
  bubble.addEventListener("pointerdown", (event) => {
    pressed = false;
    if (event.pointerType !== "mouse") timer = setTimeout(() => ((pressed = true), openMenu(bubble, line, onQuote)), PRESS);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) bubble.addEventListener(end, () => clearTimeout(timer));
  bubble.addEventListener("click", (event) => pressed && (event.preventDefault(), event.stopImmediatePropagation()), true);
}

function openMenu(target, line, onQuote) {
  const item = (word, act) => el("button", { type: "button", role: "menuitem", onclick: () => (closeMenu(), act()) }, word);
  const items = [item("引用", () => onQuote(line))];
  if (line.text && navigator.clipboard) items.push(item("复制", () => navigator.clipboard.writeText(line.text)));
  if (line.who === world.me) items.push(item("撤回", () => ask("/recall", { person: world.me, id: line.id })));
  menu.replaceChildren(...items);
  menu.hidden = false;
  place(target);
  items[0].focus();
}

function place(target) {
  const frame = menu.offsetParent.getBoundingClientRect();
  const spot = target.getBoundingClientRect();
  const middle = spot.left - frame.left + spot.width / 2 - menu.offsetWidth / 2;
  const above = spot.top - frame.top - menu.offsetHeight - 8;
  menu.style.left = `${Math.max(8, Math.min(middle, frame.width - menu.offsetWidth - 8))}px`;
  menu.style.top = `${above > 60 ? above : Math.min(spot.bottom - frame.top + 8, frame.height - menu.offsetHeight - 8)}px`;
}

export const closeMenu = () => (menu.hidden = true);

export function wireBubbles() {
  document.addEventListener("pointerdown", (event) => menu.contains(event.target) || closeMenu());
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenu());
  document.getElementById("lines").addEventListener("wheel", closeMenu, { passive: true });
  enlarged.addEventListener("click", () => enlarged.close());
}
