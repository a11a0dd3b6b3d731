// A Wechaty gateway over any puppet, with a replay ring: what reached it is not lost by a restart, ours or the bot's.
// Started by `louzu gateway`. Settings come as JSON in LOUZU_GATEWAY; what happens goes to standard output as JSON lines.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { FileBox } from 'file-box'
import { MemoryCard } from 'memory-card'
import { PuppetServer } from 'wechaty-puppet-service'
import { Ring } from './ring.mjs'

const IMAGE = 6
const URL_BOX = 2
const PICTURE_LIMIT = 8 << 20
const HELD_BACK = 5 // pictures waiting to be kept; more than that are left to the puppet's own memory
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))
const tell = (event, facts = {}) => process.stdout.write(JSON.stringify({ event, ...facts }) + '\n')

let toldAt = 0
const tellTrouble = () => { // a puppet without a network reports several a second
  if (Date.now() - toldAt < 60_000) return
  toldAt = Date.now()
  tell('error')
}
const userOf = puppet => puppet.isLoggedIn ? puppet.currentUserId : undefined

async function loadPuppet (name) {
  const module = await import(name.endsWith('.mjs') ? pathToFileURL(name).href : name)
  const Puppet = [module.default, module.default?.default, ...Object.values(module)]
    .find(it => typeof it === 'function' && typeof it.prototype?.start === 'function')
  return new Puppet()
}

// Every message is on disk before the bot hears of it: our listener stands before the server's.
function fillRing (puppet, ring) {
  let pictures = Promise.resolve()
  let waiting = 0
  const keep = async id => {
    for (let n = 0; n < 6 && ring.has(id); n++) {
      try {
        const payload = await puppet.messagePayload(id)
        ring.keep(id, payload)
        return payload
      } catch {
        await pause(200 * 2 ** n)
      }
    }
  }
  const keepPicture = async id => {
    const box = await puppet.messageFile(id)
    if (box.type === URL_BOX) return // never fetch an address that came over the wire
    const bytes = await box.toBuffer()
    if (bytes.length <= PICTURE_LIMIT) ring.keepPicture(id, bytes)
  }
  puppet.on('message', async ({ messageId }) => {
    if (typeof messageId !== 'string' || !ring.add(messageId, userOf(puppet))) return
    const payload = await keep(messageId)
    if (payload?.type !== IMAGE || waiting >= HELD_BACK) return
    waiting++
    pictures = pictures.then(() => keepPicture(messageId)).catch(() => {}).finally(() => waiting--)
  })
}

// What the server sees: the puppet, save where the ring knows better.
function front (puppet, ring, replay, hearing) {
  const orRing = (ask, kept) => async id => {
    try {
      return await ask.call(puppet, id)
    } catch (error) { // puppets forget
      const found = kept(id)
      if (found) return found
      throw error
    }
  }
  const mine = {
    ding: data => replay && serveReplay(puppet, ring, hearing, data) ? undefined : puppet.ding(data),
    messagePayload: orRing(puppet.messagePayload, id => ring.payload(id)),
    messageFile: orRing(puppet.messageFile, id => {
      const bytes = ring.picture(id)
      return bytes && FileBox.fromBase64(bytes.toString('base64'), 'picture') // the server can't hand over a small buffer
    }),
    // A client that takes the stream over says Stop and Start: that must not log the account out.
    start: async () => {},
    stop: async () => {},
  }
  const own = (target, key) => typeof target[key] === 'function' ? target[key].bind(target) : target[key]
  return new Proxy(puppet, { get: (target, key) => mine[key] ?? own(target, key) })
}

// The bot's side of it: `replay:` gives all that is not acknowledged, in order, and ends with how many that were and
// for how many milliseconds nothing has passed us by; `ack:[ids]` lets it go.
function serveReplay (puppet, ring, hearing, data = '') {
  if (data.startsWith('ack:')) {
    ring.forget(JSON.parse(data.slice(4)))
    return true
  }
  if (!data.startsWith('replay:')) return false
  const ids = ring.ids(userOf(puppet))
  puppet.emit('dong', { data: 'replaying' })
  for (const messageId of ids) puppet.emit('message', { messageId })
  const heard = hearing.since === undefined ? '' : `:${Date.now() - Math.max(hearing.since, ring.wholeSince)}`
  puppet.emit('dong', { data: `replayed:${ids.length}${heard}` })
  return true
}

// While nobody is logged in, or this process is dead, WeChat's messages may pass us by: say so, don't hide it.
function watchHearing (puppet, ring, folder, gapSeconds) {
  const hearing = { since: undefined }
  const mark = path.join(folder, 'alive')
  let deafSince = fs.existsSync(mark) ? fs.statSync(mark).mtimeMs : undefined
  const alive = () => puppet.isLoggedIn && fs.writeFileSync(mark, '', { mode: 0o600 })
  puppet.on('login', () => {
    if (deafSince && Date.now() - deafSince > gapSeconds * 1000) ring.gap(deafSince, Date.now())
    deafSince = undefined
    hearing.since ??= Date.now()
    alive()
  })
  puppet.on('logout', () => {
    deafSince = Date.now()
    hearing.since = undefined
  })
  setInterval(alive, 5000).unref()
  setInterval(() => ring.sweep(), 60_000).unref()
  return hearing
}

// Where the puppet keeps its login; half written when it was killed at the wrong moment, and then no longer of use.
function loginMemory (folder) {
  const name = path.join(folder, 'login')
  const file = `${name}.memory-card.json`
  try {
    if (fs.existsSync(file)) JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    fs.rmSync(file)
  }
  return new MemoryCard({ name })
}

function report (puppet) {
  puppet.on('scan', ({ qrcode, status }) => tell('scan', { qrcode, status }))
  puppet.on('login', ({ contactId }) => tell('login', { contact: contactId }))
  puppet.on('logout', () => tell('logout'))
  puppet.on('error', tellTrouble) // without a listener an error event would end the process
}

async function main (settings) {
  process.umask(0o077)
  const puppet = await loadPuppet(settings.puppet)
  puppet.setMemory(loginMemory(settings.folder))
  const ring = new Ring(path.join(settings.folder, 'ring'), settings.most)
  report(puppet)
  fillRing(puppet, ring)
  const hearing = watchHearing(puppet, ring, settings.folder, settings.gapSeconds ?? 30)
  const { endpoint, token, key, certificate } = settings
  const tls = certificate
    ? { serverCert: fs.readFileSync(certificate, 'utf8'), serverKey: fs.readFileSync(key, 'utf8') }
    : { disable: true }
  const seen = front(puppet, ring, settings.replay ?? true, hearing)
  const server = new PuppetServer({ endpoint, token, tls, puppet: seen })
  await server.start()
  const end = async () => {
    setTimeout(() => process.exit(0), 5000).unref()
    await Promise.allSettled([server.stop(), puppet.stop()])
    process.exit(0)
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  process.stdin.on('end', end).resume() // whoever started us is gone
  process.stdout.on('error', () => {}) // and nobody reads what we tell
  tell('listening', { endpoint })
  while (true) {
    try {
      return await puppet.start()
    } catch {
      tellTrouble()
      await pause(10_000)
    }
  }
}

// Puppets throw from their timers; that is no reason to lose the account's session.
process.on('unhandledRejection', tellTrouble)
process.on('uncaughtException', tellTrouble)
main(JSON.parse(process.env.LOUZU_GATEWAY)).catch(error => {
  tell('failed', { reason: error.code ?? error.name, detail: String(error.message).split('\n')[0] })
  process.exit(1)
})
