// What the page knows: people, rooms, lines, and what each person has not read yet.

export const world = { bot: null, clock: null, people: new Map(), rooms: new Map(), talks: new Map(), me: null, open: null };
const unread = new Map();
let known = new Set();

export const here = () => world.people.get(world.me);
export const isRoom = (talk) => world.rooms.has(talk);
export const linesOf = (talk) => world.talks.get(talk) ?? [];

export function talksOf(person) {
  const rooms = [...world.rooms.values()].filter((room) => room.members.includes(person)).map((room) => room.id);
  const last = (talk) => linesOf(talk).at(-1)?.at ?? "";
  return [...rooms, person].sort((a, b) => (last(b) > last(a) ? 1 : last(b) < last(a) ? -1 : 0));
}

export function titleOf(talk) {
  const room = world.rooms.get(talk);
  return room ? room.topic : world.bot.name;
}

export const unreadIn = (person, talk) => unread.get(`${person}/${talk}`) ?? 0;
export const unreadOf = (person) => talksOf(person).reduce((sum, talk) => sum + unreadIn(person, talk), 0);
export const markRead = (person, talk) => unread.delete(`${person}/${talk}`);

// Everything anew, at the start and after a lost connection; what was seen before stays read.
export function restart(state) {
  const first = known.size === 0;
  world.bot = state.bot;
  world.clock = state.clock;
  world.people = new Map(state.people.map((person) => [person.id, person]));
  world.rooms = new Map(state.rooms.map((room) => [room.id, room]));
  world.talks = new Map();
  const before = known;
  known = new Set();
  for (const line of state.lines) take(line, first || before.has(line.id));
}

// One line, new or changed; true when it is new.
export function take(line, seen = false) {
  if (line.at > world.clock.now) world.clock.now = line.at;
  const lines = linesOf(line.conversation);
  world.talks.set(line.conversation, lines);
  if (known.has(line.id)) {
    const place = lines.findIndex((one) => one.id === line.id);
    if (place >= 0) lines[place] = line;
    return false;
  }
  known.add(line.id);
  lines.push(line);
  if (!seen) count(line);
  return true;
}

function count(line) {
  const viewers = world.rooms.get(line.conversation)?.members ?? [line.conversation];
  for (const person of viewers) {
    if (person !== line.who) unread.set(`${person}/${line.conversation}`, unreadIn(person, line.conversation) + 1);
  }
}
