// What reached the gateway and the bot has not acknowledged: one small file per message, so that no restart loses it.
// Survives the death of either process; a power cut may take the last second with it.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

const MOST = 5000
const DAYS = 7 * 24 * 3600 * 1000
const PICTURE_STAYS = 15 * 60 * 1000 // the bot joins a picture to words said up to ten minutes later

export class Ring {
  constructor (folder, most = MOST) {
    this.folder = folder
    this.most = most
    this.entries = new Map() // id -> { file, at, user?, payload? }, oldest first
    this.next = 1
    this.wholeSince = 0 // when something was dropped that nobody had acknowledged
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of fs.readdirSync(folder).sort()) {
      if (name.endsWith('.json')) this.#load(name)
      else if (name.endsWith('.part')) fs.rmSync(path.join(folder, name))
    }
  }

  // Of everybody, or what reached this user: another account's messages are not for the bot of this one.
  ids (user) {
    return [...this.entries].filter(([, entry]) => !user || !entry.user || entry.user === user).map(([id]) => id)
  }

  has (id) {
    return this.entries.has(id)
  }

  // The id is on disk before anybody hears of it; false when it already was.
  add (id, user) {
    if (this.has(id)) return false
    const file = `${String(this.next++).padStart(12, '0')}.json`
    this.entries.set(id, { file, at: Date.now(), user })
    this.#write(id)
    this.#shed()
    return true
  }

  keep (id, payload) {
    const entry = this.entries.get(id)
    if (!entry) return // acknowledged meanwhile
    entry.payload = payload
    this.#write(id)
  }

  payload (id) {
    return this.entries.get(id)?.payload
  }

  keepPicture (id, bytes) {
    if (this.has(id)) this.#put(this.#picture(id), bytes)
  }

  picture (id) {
    try {
      return fs.readFileSync(path.join(this.folder, this.#picture(id)))
    } catch {
      return undefined
    }
  }

  forget (ids) {
    for (const id of ids) {
      const entry = this.entries.get(id)
      if (entry) fs.rmSync(path.join(this.folder, entry.file), { force: true })
      this.entries.delete(id)
    }
  }

  // Something may have been missed between two times (milliseconds): handed to the bot like a message.
  gap (since, until) {
    this.add(`gap:${Math.floor(since)}:${Math.floor(until)}`)
  }

  sweep () {
    this.#shed()
    const wanted = new Set(this.ids().map(id => this.#picture(id)))
    for (const name of fs.readdirSync(this.folder)) {
      if (!name.endsWith('.picture') || wanted.has(name)) continue
      const file = path.join(this.folder, name)
      if (Date.now() - fs.statSync(file).mtimeMs > PICTURE_STAYS) fs.rmSync(file, { force: true })
    }
  }

  // A bot that never comes must not fill the disk, and no talk is kept for ever.
  #shed () {
    let lost
    for (const [id, entry] of this.entries) {
      if (this.entries.size <= this.most && Date.now() - entry.at < DAYS) break
      const [since, until] = id.startsWith('gap:') ? id.split(':').slice(1).map(Number) : [entry.at, entry.at]
      lost = { since: Math.min(lost?.since ?? since, since), until: Math.max(lost?.until ?? until, until) }
      this.forget([id])
    }
    if (!lost) return
    this.wholeSince = Date.now()
    this.#oldest(`gap:${lost.since}:${lost.until}`, lost.until)
  }

  // Stands where the lost ones stood: before everything that is left.
  #oldest (id, at) {
    const rest = [...this.entries]
    const number = rest.length ? Number(rest[0][1].file.split('.')[0]) - 1 : this.next++
    this.entries = new Map([[id, { file: `${String(number).padStart(12, '0')}.json`, at }], ...rest])
    this.#write(id)
  }

  #load (name) {
    try {
      const { id, ...entry } = JSON.parse(fs.readFileSync(path.join(this.folder, name), 'utf8'))
      this.entries.set(id, { ...entry, file: name })
    } catch {
      fs.rmSync(path.join(this.folder, name), { force: true })
    }
    this.next = Math.max(this.next, Number(name.split('.')[0]) + 1)
  }

  #write (id) {
    const { file, ...entry } = this.entries.get(id)
    this.#put(file, JSON.stringify({ id, ...entry }))
  }

  #put (name, data) {
    const file = path.join(this.folder, name)
    fs.writeFileSync(`${file}.part`, data, { mode: 0o600 })
    fs.renameSync(`${file}.part`, file)
  }

  #picture (id) {
    return `${createHash('sha256').update(id).digest('hex')}.picture`
  }
}
