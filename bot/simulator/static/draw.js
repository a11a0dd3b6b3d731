// Small things drawn everywhere: elements, avatars, times. Text only ever goes in as text.

import { world } from "./world.js";

const PLACE = "Asia/Shanghai";
const parts = new Intl.DateTimeFormat("zh-CN", {
  timeZone: PLACE, year: "numeric", month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const DAY = 24 * 3600 * 1000;

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function split(at) {
  const found = Object.fromEntries(parts.formatToParts(at).map((part) => [part.type, part.value]));
  const midnight = Date.UTC(+found.year, +found.month - 1, +found.day);
  return { ...found, midnight, clock: `${found.hour}:${found.minute}` };
}

export const dayOf = (iso) => split(new Date(iso)).midnight;
export const clockOf = (iso) => split(new Date(iso)).clock;

// As WeChat writes it: 09:14, 昨天 09:14, 周五 09:14, 11月2日 09:14; short in the list of chats.
export function stamp(iso, short = false) {
  const then = split(new Date(iso));
  const days = Math.round((dayOf(world.clock.now) - then.midnight) / DAY);
  if (days <= 0) return then.clock;
  const day = days === 1 ? "昨天" : days < 7 ? then.weekday : `${then.month}月${then.day}日`;
  return short ? day : `${day} ${then.clock}`;
}

const PREFIX = /^[小老阿](?=.)/u;

export function face(id, name) {
  if (id === world.bot.id) return el("span", { class: "face bot", "aria-hidden": "true" }, "楼");
  const colour = [...world.people.keys()].indexOf(id) % 8;
  return el("span", { class: `face c${Math.max(0, colour)}`, "aria-hidden": "true" }, [...name.replace(PREFIX, "")][0] ?? "?");
}

export function roomFace(room) {
  const faces = [world.bot, ...room.members.map((id) => world.people.get(id)).filter(Boolean)].slice(0, 9);
  const small = el("span", { class: `face many ${faces.length > 4 ? "nine" : "four"}`, "aria-hidden": "true" });
  small.append(...faces.map((one) => face(one.id, one.name)));
  return small;
}

export const badge = (count) => (count ? el("span", { class: "badge", "aria-label": `${count}条未读` }, count > 99 ? "99+" : String(count)) : null);

export const summary = (line) => (line.image ? "[图片]" : line.file ? `[文件] ${line.file}` : line.text.replace(/\s+/gu, " "));
