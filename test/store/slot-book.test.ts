import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSlotBook, type SlotBook } from '../../src/store/slot-book.ts'
import { startChild, type Child } from './children.ts'

const ME = { pid: 1, startTime: '1' }
let folder: string
let file: string
const books: SlotBook[] = []
const children: Child[] = []
const open = (boot = 'boot'): SlotBook => {
  const book = openSlotBook(file, boot)
  books.push(book)
  return book
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-places-'))
  file = join(folder, 'machine', 'places.db')
})
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill()
  for (const book of books.splice(0)) book.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the book of places', () => {
  it('gives what others leave, and remembers what it gave until it is told more', () => {
    const [a, b] = [open(), open()]
    const wish = { agents: [], wanted: 3, cap: 4, at: 5 }
    expect(a.take('/a', ME, wish)).toEqual({ given: 3, others: 0 })
    expect(b.take('/b', ME, wish)).toEqual({ given: 1, others: 3 })
    a.note('/a', ME, { agents: ['agent-1'], at: 6 })
    expect(b.take('/b', ME, { ...wish, agents: ['agent-9'] })).toEqual({ given: 2, others: 1 })
    expect(a.rows()).toEqual([
      { yard: '/a', agents: ['agent-1'], reserved: 0, owner: ME, at: 6, version: 2 },
      { yard: '/b', agents: ['agent-9'], reserved: 2, owner: ME, at: 5, version: 2 },
    ])
  })

  it('gives none above a cap that was lowered, and forgets a yard without agents', () => {
    const book = open()
    const agents = ['agent-1', 'agent-2']
    book.note('/a', ME, { agents, at: 1 })
    const wish = { wanted: 1, cap: 1, at: 1 }
    expect(book.take('/a', ME, { ...wish, agents })).toEqual({ given: 0, others: 0 })
    expect(book.take('/b', ME, { ...wish, agents: [] })).toEqual({ given: 0, others: 2 })
    book.note('/a', ME, { agents: [], at: 1 })
    expect(book.rows()).toEqual([])
  })

  it('settles a row only as it was read', () => {
    const book = open()
    book.note('/a', null, { agents: ['agent-1'], at: 1 })
    const [row] = book.rows()
    if (!row) throw new Error('no row')
    book.note('/a', ME, { agents: ['agent-1', 'agent-2'], at: 2 })
    book.settle(row, [])
    expect(book.rows()[0]?.agents).toEqual(['agent-1', 'agent-2'])
    const [now] = book.rows()
    if (now) book.settle(now, ['agent-2'])
    expect(book.rows()[0]).toMatchObject({ agents: ['agent-2'], owner: ME })
  })

  it('does not see another boot, nor another machine with the same home', () => {
    open('before').note('/a', ME, { agents: ['agent-1'], at: 1 })
    expect(open('now').rows()).toEqual([])
    const wish = { agents: [], wanted: 1, cap: 1, at: 1 }
    expect(open('now').take('/b', ME, wish)).toEqual({ given: 1, others: 0 })
  })

  it('never gives more than there are, however many processes take at once', async () => {
    const book = open()
    children.push(...[1, 2, 3].map(() => startChild('places', file)))
    for (const child of children) expect(await child.line()).toBe('ready')
    book.note('go', ME, { agents: ['agent-1'], at: 1 })
    const most = await Promise.all(children.map(async (child) => Number(await child.line())))
    expect(most).toEqual([2, 2, 2])
    expect(book.rows().map(({ yard }) => yard)).toEqual(['go'])
  }, 60_000)
})
