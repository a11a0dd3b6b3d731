// The page: listens to the server's events, follows the address (#person/chat), and draws what changed.

import { wireBubbles } from "./bubbles.js";
import { badge, el, face, roomFace, stamp, summary } from "./draw.js";
import { drawClock, drawPeople, wirePanels } from "./panels.js";
import { drawTalk, forget, redraw, renew, wireTalk } from "./talk.js";
import { isRoom, linesOf, markRead, restart, take, talksOf, titleOf, unreadIn, unreadOf, world } from "./world.js";

const at = (id) => document.getElementById(id);

// The address says who I am and which chat is open, so "back" works and two windows can be two people.
function route() {
  const [me, open] = decodeURIComponent(location.hash.slice(1)).split("/");
  world.me = world.people.has(me) ? me : world.people.keys().next().value;
  world.open = talksOf(world.me).includes(open) ? open : null;
  draw();
}

function draw() {
  if (!world.me) return;
  if (world.open) markRead(world.me, world.open);
  at("list").hidden = Boolean(world.open);
  at("talk").hidden = !world.open;
  if (world.open) drawTalk();
  else drawList();
  drawPeople();
  drawClock();
  document.title = `${world.people.get(world.me).name} · 模拟邻里`;
}

function drawList() {
  forget();
  const count = unreadOf(world.me);
  at("list-title").textContent = count ? `微信(${count})` : "微信";
  at("chats").replaceChildren(...talksOf(world.me).map(drawChat));
}

function drawChat(talk) {
  const last = linesOf(talk).at(-1);
  const picture = isRoom(talk) ? roomFace(world.rooms.get(talk)) : face(world.bot.id, world.bot.name);
  const words = el("span", { class: "words" }, el("b", {}, titleOf(talk)), el("small", {}, last ? preview(last) : isRoom(talk) ? "还没有人说话" : "有什么事，私下跟我说"));
  const when = last ? el("time", { datetime: last.at }, stamp(last.at, true)) : null;
  return el("li", {}, el("a", { href: `#${world.me}/${talk}` }, picture, badge(unreadIn(world.me, talk)), words, when));
}

function preview(line) {
  if (line.recalled) return `${line.name}撤回了一条消息`;
  return isRoom(line.conversation) && line.who !== world.me ? `${line.name}：${summary(line)}` : summary(line);
}

// Nothing is drawn again for news that change nothing: whoever is tabbing through the page keeps his place.
function hear(kind, change) {
  stream.addEventListener(kind, (event) => {
    if (change(JSON.parse(event.data)) !== false) draw();
  });
}

wirePanels();
wireTalk();
wireBubbles();
addEventListener("hashchange", route);
const stream = new EventSource("/events");
stream.addEventListener("open", () => (at("lost").hidden = true));
stream.addEventListener("error", () => (at("lost").hidden = false));
stream.addEventListener("state", (event) => {
  restart(JSON.parse(event.data));
  renew();
  route();
});
hear("line", (line) => void (take(line) || redraw(line)));
hear("clock", (clock) => {
  const moved = clock.spoken !== world.clock.spoken;
  world.clock = clock;
  return moved;
});
hear("room", (room) => world.rooms.set(room.id, room));
hear("person", (person) => Object.assign(world.people.get(person.id) ?? {}, { name: person.name }));
