import { describe, expect, test } from 'vitest'
import {
  findEntries,
  scoreOf,
  type Source,
} from '../../../../src/renderer/shell/palette/find-entries.ts'
import { COMMANDS } from '../../../../src/renderer/actions/command-table.ts'
import { card, cards } from '../../model/cards.ts'

const now = new Date('2026-11-21T14:14:00')
const source: Source = {
  commands: COMMANDS,
  tasks: cards(
    card('soak', { title: 'Soak test, 6 hours', tags: ['slow'] }),
    card('smoke', { title: 'Smoke test Linux', tags: ['slow', 'ci'] }),
  ),
  agents: new Map(),
  recent: ['theme'],
  now: () => now,
}
const ids = (typed: string): readonly string[] => findEntries(typed, source).map(({ id }) => id)

describe('the palette', () => {
  test('finds tasks by any words of their title or id, in any order', () => {
    expect(ids('linux smoke')).toContain('smoke')
    expect(ids('linux smoke')).not.toContain('soak')
    expect(ids('6 hours')).toEqual(['soak'])
  })

  test('the newest used command comes first while nothing is typed', () => {
    expect(ids('')[0]).toBe('theme')
    expect(ids('> undo')).toEqual(['undo'])
  })

  test('tags with their counts, and the time that the clock showed last', () => {
    expect(findEntries('#s', source)).toEqual([{ kind: 'tag', id: 'slow', count: 2 }])
    const at = (typed: string): readonly Date[] =>
      findEntries(typed, source).flatMap((entry) => (entry.kind === 'time' ? entry.at : []))
    expect(at(':14:02')).toEqual([new Date('2026-11-21T14:02:00')])
    expect(at(':15:00')).toEqual([new Date('2026-11-20T15:00:00')])
    expect(at(':12m')).toEqual([new Date('2026-11-21T14:02:00')])
    expect(at(':99:99')).toEqual([])
  })

  test('a hundred thousand tasks give a short list', () => {
    const many = cards(
      ...Array.from({ length: 100_000 }, (_, n) => card(`t${n}`, { title: `Task ${n}` })),
    )
    const found = findEntries('task', { ...source, tasks: many })
    expect(found.filter(({ kind }) => kind === 'task')).toHaveLength(20)
    expect(found.length).toBeLessThanOrEqual(40)
  })

  test('a word at the start counts more than one within', () => {
    const first = scoreOf('Test the store', 'test') ?? 0
    expect(first).toBeGreaterThan(scoreOf('Soak test', 'test') ?? 0)
    expect(scoreOf('Soak test', 'nope')).toBeNull()
  })

  test('letters that begin words find what is nowhere whole, behind all that is', () => {
    for (const word of ['gtset', 'gset', 'gots'])
      expect(scoreOf('Go to settings', word)).toBeGreaterThan(0)
    expect(scoreOf('Go to settings', 'gtset')).toBeLessThan(scoreOf('Go to settings', 'ting') ?? 0)
    expect(scoreOf('Go to settings', 'gset')).toBeGreaterThan(scoreOf('Go to settings', 'gts') ?? 1)
    for (const word of ['etgo', 'g', 'gx', 'gtsetx']) expect(scoreOf('Look at it', word)).toBeNull()
    expect(findEntries('sote', source)).toContainEqual(
      expect.objectContaining({ kind: 'task', id: 'soak' }),
    )
  })

  test('a title of one letter repeated is looked through in one pass', () => {
    expect(scoreOf('a '.repeat(250), `${'a'.repeat(60)}b`)).toBeNull()
  })
})
