import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createPageSessions,
  fileBook,
  memoryBook,
  PAGE_SESSION_MS,
} from '../../../src/yard/access/page-sessions.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const SECRET = Buffer.alloc(32, 1)

describe('a page session', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'yard-sessions-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('is known again by the next host, for thirty days', () => {
    const clock = createManualClock()
    const book = fileBook(join(folder, 'sessions.json'))
    const token = createPageSessions(book, SECRET, clock).open('A browser')
    const next = createPageSessions(book, SECRET, clock)
    expect(next.find(token)).toMatchObject({ browser: 'A browser' })
    clock.advance(PAGE_SESSION_MS - 1)
    expect(next.find(token)).not.toBeNull()
    clock.advance(1)
    expect(next.find(token)).toBeNull()
    expect(next.list()).toEqual([])
  })

  it('is void under another secret, and with a letter changed', () => {
    const clock = createManualClock()
    const book = memoryBook()
    const sessions = createPageSessions(book, SECRET, clock)
    const token = sessions.open(null)
    expect(createPageSessions(book, Buffer.alloc(32, 2), clock).find(token)).toBeNull()
    const letter = token.at(-1) === 'A' ? 'B' : 'A'
    for (const wrong of [`${token.slice(0, -1)}${letter}`, `${token}A`, '', 'yps_', 'yot_x'])
      expect(sessions.find(wrong)).toBeNull()
  })

  it('stands in no file: the book is for its user alone and holds no token', () => {
    const file = join(folder, 'sessions.json')
    const token = createPageSessions(fileBook(file), SECRET, createManualClock()).open(null)
    // Its secret may hold underscores, too.
    expect(readFileSync(file, 'utf8')).not.toContain(token.split('_').slice(2).join('_'))
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('that is ended by name ends what is open in it, and no other', () => {
    const clock = createManualClock()
    const sessions = createPageSessions(memoryBook(), SECRET, clock)
    const [one, two] = [sessions.open(null), sessions.open(null)]
    const ended: string[] = []
    sessions.watch(one, () => ended.push('one'))
    sessions.watch(two, () => ended.push('two'))
    sessions.watch('yot_the_owner', () => ended.push('owner'))
    const id = sessions.find(one)?.id ?? ''
    expect(sessions.revoke([id, 'unknown']).map((session) => session.id)).toEqual([id])
    expect(ended).toEqual(['one'])
    expect(sessions.find(one)).toBeNull()
    clock.advance(PAGE_SESSION_MS)
    expect(ended).toEqual(['one', 'two'])
  })
})
