// Wechaty's mock puppet for `louzu bench`: every line on standard input, {"room", "who", "text", "asked"}, is said in
// a group; when somebody answers what was asked there, the time it took is told.
import readline from 'node:readline'
import { mock, PuppetMock } from 'wechaty-puppet-mock'

const tell = (event, facts = {}) => process.stdout.write(JSON.stringify({ event, ...facts }) + '\n')
const BOT = 'bot'

export default class Groups extends PuppetMock {
  constructor () {
    super({ mocker: new mock.Mocker() })
    this.asked = new Map() // room -> since when it waits for answers, the oldest first
    this.mocker.createContact({ id: BOT, name: '楼小助' })
    readline.createInterface({ input: process.stdin }).on('line', line => this.hear(JSON.parse(line)))
  }

  async onStart () {
    await super.onStart()
    setImmediate(() => this.login(BOT))
  }

  ding (data) {
    setImmediate(() => this.emit('dong', { data }))
  }

  hear ({ room, who, text, asked }) {
    if (asked) this.asked.set(room, [...this.asked.get(room) ?? [], performance.now()])
    this.contact(who).say(text).to(this.room(room, who))
  }

  contact (id) {
    if (!this.mocker.cacheContactPayload.has(id)) this.mocker.createContact({ id, name: id })
    return this.mocker.ContactMock.load(id)
  }

  room (id, member) {
    if (!this.mocker.cacheRoomPayload.has(id)) {
      this.mocker.createRoom({ id, topic: id, memberIdList: [BOT, member], ownerId: member })
    }
    return this.mocker.RoomMock.load(id)
  }

  async _messageSend (to, something) {
    const since = this.asked.get(to)?.shift()
    const id = await super._messageSend(to, something)
    if (since !== undefined) tell('answered', { took: performance.now() - since })
    return id
  }
}
