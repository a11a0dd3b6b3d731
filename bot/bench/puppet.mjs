// Wechaty's mock puppet for `louzu bench`: every line on standard input is said in a group, and the time until
// somebody answers there is told.
import readline from 'node:readline'
import { mock, PuppetMock } from 'wechaty-puppet-mock'

const tell = (event, facts = {}) => process.stdout.write(JSON.stringify({ event, ...facts }) + '\n')

export default class Group extends PuppetMock {
  constructor () {
    super({ mocker: new mock.Mocker() })
    this.mocker.createContact({ id: 'bot', name: '楼小助' })
    this.mocker.createContact({ id: 'wang', name: '王阿姨' })
    this.mocker.createRoom({ id: 'bench@chatroom', topic: '1号楼', memberIdList: ['bot', 'wang'], ownerId: 'wang' })
    readline.createInterface({ input: process.stdin }).on('line', text => {
      this.said = performance.now()
      this.mocker.ContactMock.load('wang').say(text).to(this.mocker.RoomMock.load('bench@chatroom'))
    })
  }

  async onStart () {
    await super.onStart()
    setImmediate(() => this.login('bot'))
  }

  ding (data) {
    setImmediate(() => this.emit('dong', { data }))
  }

  async _messageSend (to, something) {
    const took = performance.now() - this.said
    const id = await super._messageSend(to, something)
    tell('answered', { took })
    return id
  }
}
