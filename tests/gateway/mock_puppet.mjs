// Wechaty's own mock puppet with a neighbourhood in it, driven by JSON lines on standard input: [command, ...words].
// `set` switches faults on: {jitter, payloadFails, sendFails, sendLag, slowSend, ids, mute, noEcho}; LOUZU_MOCK_FAULTS
// has them from the start, LOUZU_MOCK_ROOMS how many rooms there are.
import readline from 'node:readline'
import { FileBox } from 'file-box'
import { mock, PuppetMock } from 'wechaty-puppet-mock'

const pause = ms => new Promise(resolve => setTimeout(resolve, ms))
const tell = (event, facts = {}) => process.stdout.write(JSON.stringify({ event, ...facts }) + '\n')
const faults = JSON.parse(process.env.LOUZU_MOCK_FAULTS ?? '{}')
const ROOMS = Number(process.env.LOUZU_MOCK_ROOMS ?? 2)

export default class Neighbourhood extends PuppetMock {
  constructor () {
    super({ mocker: new mock.Mocker() })
    const { mocker } = this
    for (const [id, name] of [['bot', '楼小助'], ['wang', '王大爷'], ['cap', '李楼长'], ['zhao', '赵阿姨'], ['other', '别的号']]) {
      mocker.createContact({ id, name })
    }
    const memberIdList = ['bot', 'wang', 'cap']
    mocker.createRoom({ id: '1@chatroom', topic: '3号楼业主群', memberIdList, ownerId: 'cap' })
    mocker.createRoom({ id: '2@chatroom', topic: '5号楼业主群', memberIdList: [...memberIdList], ownerId: 'cap' })
    for (let n = 3; n <= ROOMS; n++) {
      mocker.createRoom({ id: `${n}@chatroom`, topic: `第${n}群`, memberIdList: [...memberIdList], ownerId: 'cap' })
    }
    this.aliases = {}
    this.on('message', ({ messageId }) => { this.last = messageId })
    readline.createInterface({ input: process.stdin }).on('line', line => this.obey(...JSON.parse(line)))
  }

  async onStart () {
    await super.onStart()
    if (process.env.LOUZU_MOCK_LOGIN !== 'no') setImmediate(() => this.login('bot'))
  }

  // Some puppets never show us what we said ourselves.
  emit (event, ...payloads) {
    const mine = event === 'message' && this.mocker.cacheMessagePayload.get(payloads[0]?.messageId)?.talkerId === 'bot'
    return mine && faults.noEcho ? false : super.emit(event, ...payloads)
  }

  ding (data) {
    if (!faults.mute) setImmediate(() => this.emit('dong', { data }))
  }

  async messagePayload (id) {
    if (faults.jitter) await pause(Math.random() * faults.jitter)
    if (Math.random() < (faults.payloadFails ?? 0)) throw new Error('flake')
    return super.messagePayload(id)
  }

  async roomMemberRawPayload (room, contact) {
    return { ...await super.roomMemberRawPayload(room, contact), roomAlias: this.aliases[contact] }
  }

  async _messageSend (to, something) {
    if (faults.slowSend) await pause(faults.slowSend)
    if (faults.sendLag) await pause(Math.random() * faults.sendLag)
    const picture = something instanceof FileBox ? await something.toBuffer() : undefined
    const what = picture ? FileBox.fromBase64(picture.toString('base64'), something.name) : something
    // In one breath with the delivery: a kill between the two would make this ledger a liar.
    if (this.isLoggedIn) tell('sent', picture ? { to, name: something.name, size: picture.length } : { to, text: something })
    const sent = await super._messageSend(to, what)
    if (faults.sendLag) await pause(Math.random() * faults.sendLag)
    if (Math.random() < (faults.sendFails ?? 0)) throw new Error('flake after delivery')
    return faults.ids ? this.last : sent
  }

  raw (payload) {
    const id = payload.id ?? `raw-${process.hrtime.bigint()}`
    const timestamp = Date.now()
    this.mocker.cacheMessagePayload.set(id, { id, talkerId: 'wang', roomId: '1@chatroom', timestamp, type: 7, ...payload })
    this.emit('message', { messageId: id })
  }

  speak (who, to, what) {
    const { ContactMock, RoomMock } = this.mocker
    ContactMock.load(who).say(what).to(to.includes('@') ? RoomMock.load(to) : ContactMock.load(to))
  }

  // Answers every command with {event: "done"} once the ring has what it said.
  async obey (command, ...words) {
    const { mocker } = this
    const orders = {
      set: value => Object.assign(faults, value),
      say: (who, to, text) => this.speak(who, to, text),
      image: (who, to, size) => this.speak(who, to, FileBox.fromBase64(Buffer.alloc(size, 7).toString('base64'), 'photo.png')),
      photo: (who, to, base64) => this.speak(who, to, FileBox.fromBase64(base64, 'photo.png')),
      urlImage: url => this.speak('wang', '1@chatroom', FileBox.fromUrl(url, { name: 'photo.png' })),
      raw: payload => this.raw(payload),
      recall: id => this.raw({ type: 13, text: id }),
      ghost: id => this.emit('message', { messageId: id }),
      join: who => mocker.RoomMock.load('2@chatroom').add(mocker.ContactMock.load(who)).by(mocker.ContactMock.load('cap')),
      topic: text => mocker.RoomMock.load('1@chatroom').topic(text).by(mocker.ContactMock.load('cap')),
      rename: (who, name) => { mocker.contactPayload(who).name = name; this.dirtyPayload(2, who) },
      alias: (who, name) => { this.aliases[who] = name; this.dirtyPayload(4, who) },
      logout: () => this.logout('kicked'),
      login: who => this.login(who),
      scan: url => mocker.scan(url),
      emit: (event, payload) => {
        try {
          this.emit(event, payload)
        } catch {} // the puppet itself may stumble over rubbish
      },
      error: text => this.emit('error', new Error(text)),
    }
    const before = this.last
    let said
    try {
      await orders[command](...words)
      said = this.last // before the bot has said the next
    } catch (error) {
      return tell('done', { wrong: error.message })
    }
    await new Promise(setImmediate)
    tell('done', { id: said === before ? undefined : said })
  }
}
