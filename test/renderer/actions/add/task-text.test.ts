import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseGraphFile } from '../../../../src/graph-file/read-graph.ts'
import { nextOf } from '../../../../src/renderer/actions/use-task-commands.ts'
import {
  freeId,
  looksLikeToml,
  pickExported,
  toTomlText,
  withFreshIds,
} from '../../../../src/renderer/actions/add/task-text.ts'
import { formatOf } from '../../../../src/renderer/actions/transfer/import-dialog.tsx'
import { fileName } from '../../../../src/renderer/ui/download.ts'

const taskOf = (id: string, fields: Record<string, unknown> = {}) => ({ id, title: id, ...fields })

const readBack = (text: string) => {
  const read = parseGraphFile(text, 'copy.toml')
  if (!read.ok) throw new Error(read.error.message)
  return read.value.tasks
}

describe('tasks on the clipboard', () => {
  test('a graph file that the yard reads back: drafts with the dependencies among them', () => {
    const exported = [
      taskOf('a', { exec: 'make', timeout: '90s', maxAttempts: 3, notBefore: '2026-01-01T00:00Z' }),
      taskOf('b', { after: ['a', 'elsewhere'], tags: ['x'], priority: 'high' }),
      taskOf('elsewhere'),
    ]
    const lines = exported.map((each) => `${JSON.stringify(each)}\n`).join('')
    const text = toTomlText(pickExported(lines, new Set(['a', 'b'])))
    expect(looksLikeToml(text)).toBe(true)
    expect(readBack(text)).toEqual([
      { id: 'a', title: 'a', exec: 'make', timeoutMs: 90_000, maxAttempts: 3, paused: true },
      { id: 'b', title: 'b', after: ['a'], tags: ['x'], priority: 'high', paused: true },
    ])
  })

  test('any title and description survive', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }), (words) => {
        fc.pre(words.isWellFormed() && !words.includes('\0') && words.trim() !== '')
        const [task] = readBack(toTomlText([taskOf('a', { title: words, description: words })]))
        expect(task?.title).toBe(words)
        expect(task?.description).toBe(words)
      }),
      { numRuns: 40 },
    )
  })

  test('ids that are taken become free ones wherever they are named, and only there', () => {
    const text = toTomlText([
      taskOf('a', { title: 'id = "b"', description: 'after = ["b"]' }),
      taskOf('b', { after: ['a'] }),
    ])
    const fresh = readBack(withFreshIds(text, (id) => ['a', 'a-2', 'b'].includes(id)))
    expect(fresh.map(({ id, after }) => [id, after])).toEqual([
      ['a-3', undefined],
      ['b-2', ['a-3']],
    ])
    expect(fresh[0]?.title).toBe('id = "b"')
    expect(fresh[0]?.description).toBe('after = ["b"]')
  })

  test('the inside of a long text is left alone', () => {
    const text = '[[task]]\nid = "a"\ntitle = "T"\ndescription = """\nid = "a"\n"""\n'
    const [task] = readBack(withFreshIds(text, (id) => id === 'a'))
    expect([task?.id, task?.description]).toEqual(['a-2', 'id = "a"\n'])
  })

  test('a free id is never a taken one', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{1,5}(-\d)?$/),
        fc.uniqueArray(fc.nat(20)),
        (id, taken) => {
          const base = id.replace(/-\d+$/, '')
          const isTaken = (each: string): boolean => taken.some((n) => each === `${base}-${n}`)
          expect(isTaken(freeId(id, isTaken))).toBe(false)
        },
      ),
    )
  })
})

test('attention goes round in both directions', () => {
  expect(nextOf(['a', 'b', 'c'], null, 1)).toBe('a')
  expect(nextOf(['a', 'b', 'c'], null, -1)).toBe('c')
  expect(nextOf(['a', 'b', 'c'], 'c', 1)).toBe('a')
  expect(nextOf(['a', 'b', 'c'], 'a', -1)).toBe('c')
  expect(nextOf([], 'a', 1)).toBeNull()
})

test('a file says its format by its ending, and gets a name that every system takes', () => {
  expect(['g.toml', 'g.JSON', 'g.ndjson', 'g.txt', 'pasted'].map(formatOf)).toEqual([
    'toml',
    'json',
    'jsonl',
    'auto',
    'auto',
  ])
  expect(fileName('a/b: c', 'svg', new Date(2026, 0, 2))).toBe('a-b-c-2026-01-02.svg')
  expect(fileName('..', 'svg', new Date(2026, 0, 2))).toBe('yard-2026-01-02.svg')
})
