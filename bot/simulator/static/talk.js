// The open chat: its lines, the ready-made sentences, and the box to write in.

import { ask, complain } from "./ask.js";
import { closeMenu, drawLine } from "./bubbles.js";
import { dayOf, el, summary } from "./draw.js";
import { here, isRoom, linesOf, talksOf, titleOf, unreadIn, world } from "./world.js";

const at = (id) => document.getElementById(id);
const box = at("lines");
const text = at("text");
const LARGEST = 8 * 1024 * 1024;
let quoting = null;
let drawn = "";
let day = 0;
let low = true;

// Draws the open chat: all of it when another one was open (or the day changed), else only what is new.
export function drawTalk() {
  at("talk-title").textContent = title();
  at("back").href = `#${world.me}`;
  drawElsewhere();
  if (drawn !== `${world.me}/${world.open}`) return enter();
  if (day !== dayOf(world.clock.now)) return drawAnew();
  const lines = linesOf(world.open);
  const own = lines.at(-1)?.who === world.me && lines.length > box.children.length;
  lines.slice(box.children.length).forEach((line) => box.append(piece(line, lines[box.children.length - 1])));
  if (low || own) sink();
}

export function redraw(line) {
  const lines = linesOf(world.open);
  const place = lines.findIndex((one) => one.id === line.id);
  if (line.conversation === world.open && box.children[place]) box.children[place].replaceWith(piece(line, lines[place - 1]));
  if (quoting?.id === line.id) quote(null);
}

function enter() {
  drawn = `${world.me}/${world.open}`;
  low = true;
  write("");
  quote(null);
  drawChips();
  drawAnew();
}

function drawAnew() {
  closeMenu();
  day = dayOf(world.clock.now);
  box.replaceChildren(...linesOf(world.open).map((line, place, lines) => piece(line, lines[place - 1])));
  if (low) sink();
}

// The chat was left: what was half written goes with it.
export const forget = () => (drawn = "");
// All of it may have changed, after a lost connection; what is half written stays.
export const renew = () => (day = 0);

const piece = (line, before) => drawLine(line, before, isRoom(world.open), quote);
const sink = () => (box.scrollTop = box.scrollHeight);

function title() {
  const room = world.rooms.get(world.open);
  return room ? `${room.topic}(${room.members.length + 1})` : titleOf(world.open);
}

function drawElsewhere() {
  const count = talksOf(world.me).reduce((sum, talk) => sum + (talk === world.open ? 0 : unreadIn(world.me, talk)), 0);
  at("elsewhere").textContent = count;
  at("elsewhere").hidden = !count;
}

function drawChips() {
  const lines = isRoom(world.open) ? here().lines : here().private;
  at("chips").replaceChildren(...lines.map((words) => el("button", { type: "button", onclick: () => (write(words), text.focus()) }, words)));
}

function write(words) {
  text.value = words;
  grow();
}

function quote(line) {
  quoting = line;
  at("quoting").hidden = !line;
  at("quoting").firstElementChild.textContent = line ? `${line.name}：${summary(line)}` : "";
  if (line) text.focus();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 132)}px`;
  at("composer").classList.toggle("ready", /\S/u.test(text.value));
}

const where = () => (isRoom(world.open) ? world.open : null);

async function send() {
  const words = text.value.trim();
  if (!words) return;
  text.value = "";
  grow();
  const sent = await ask("/say", { person: world.me, room: where(), text: words, quoting: quoting?.id ?? null });
  if (sent) quote(null);
  else if (!text.value) write(words);
}

async function sendPicture(file) {
  if (!file) return;
  if (file.size > LARGEST) return complain("图片超过 8 MB，发不了。");
  const to = new URLSearchParams({ person: world.me, ...(where() && { room: where() }) });
  await ask(`/image?${to}`, file);
}

export function wireTalk() {
  at("composer").addEventListener("submit", (event) => (event.preventDefault(), send()));
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) (event.preventDefault(), send());
  });
  at("quoting").lastElementChild.addEventListener("click", () => quote(null));
  at("picture").addEventListener("change", async ({ target }) => (await sendPicture(target.files[0]), (target.value = "")));
  at("chips").addEventListener("wheel", (event) => (at("chips").scrollLeft += event.deltaY), { passive: true });
  box.addEventListener("scroll", () => (low = box.scrollHeight - box.scrollTop - box.clientHeight < 120));
  box.addEventListener("load", () => low && sink(), true);
  new ResizeObserver(() => low && sink()).observe(box);
}
