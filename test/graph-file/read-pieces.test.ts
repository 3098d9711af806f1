import { describe, expect, it } from 'vitest'
import { parseGraphFile, type GraphFormat } from '../../src/graph-file/read-graph.ts'
import { readGraphInPieces } from '../../src/graph-file/read-pieces.ts'
import { toGraphText } from '../../src/graph-file/write-graph.ts'
import type { NewTask } from '../../src/domain/task.ts'
import { taskId } from '../support/plan-builder.ts'
import { valueOf } from '../config/support.ts'

/** Words that look like the joints of each format. */
const ODD = [
  'plain',
  'a ], { "b": [1,2] } "quoted\\" ,',
  "[[task]]\nid = \"no\"\n'''\n[[task]]",
  'three """ quotes\n[[task]]\n# no comment "',
  "it's # 'half' quoted",
  'ü🚂\n\n,\n]}',
]
const tasks: NewTask[] = Array.from({ length: 60 }, (_, n) => ({
  id: taskId(`t${n}`),
  title: `Task ${n}`,
  description: ODD[n % ODD.length] ?? '',
  ...(n > 0 ? { after: [taskId(`t${n - 1}`)] } : {}),
}))

function read(text: string, format: GraphFormat | 'auto', size: number) {
  const all: NewTask[] = []
  let pieces = 0
  let end = 0
  for (const piece of readGraphInPieces(text, format, size)) {
    if (!piece.ok) return { failure: piece.error, all, pieces, end }
    all.push(...piece.value.tasks)
    end = piece.value.done
    pieces += 1
  }
  return { failure: null, all, pieces, end }
}

describe.each(['toml', 'json', 'jsonl'] as const)('a graph as %s', (format) => {
  const text = toGraphText(tasks, format)

  it('is the same in pieces of any size as in one', () => {
    const whole = valueOf(parseGraphFile(text, `g.${format}`)).tasks
    for (const size of [1, 50, 333, 2000, 1e9]) {
      const told = read(text, format, size)
      expect(told.failure).toBeNull()
      expect(told.all).toEqual(whole)
      expect(told.end).toBe(text.length)
    }
    expect(read(text, format, 1).pieces).toBeGreaterThan(20)
    expect(read(text, 'auto', 100).all).toEqual(whole)
  })

  it('has a fault named by its line in the whole text', () => {
    const at = text.indexOf('Task 40')
    const line = text.slice(0, at).split('\n').length
    const key = text.slice(0, at).lastIndexOf('title')
    const broken = `${text.slice(0, key)}tittle${text.slice(key + 'title'.length)}`
    const { failure } = read(broken, format, 100)
    expect(failure).toMatchObject({ kind: 'file-broken' })
    const faults = (failure?.facts?.['faults'] ?? []) as { line: number; message: string }[]
    // A task without its title is named by its head, an unknown field by its own line.
    expect(faults.some((fault) => Math.abs(fault.line - line) <= 2)).toBe(true)
    expect(faults.every((fault) => Math.abs(fault.line - line) <= 3)).toBe(true)
  })

  it('takes an id once, wherever the second stands', () => {
    const { failure } = read(text.replace('Task 55', 'x').replace(/t55\b/, 't3'), format, 100)
    expect(failure?.message).toContain('taken by the task of line')
  })
})

describe('a list of JSON that is none', () => {
  it.each([
    ['{"task":[{"title":"a"},]}', 'value expected'],
    ['{"task":[{"title":"a"},,{"title":"b"}]}', 'value expected'],
    ['{"task":[{"title":"a"},{"title":"b"}', 'the text ends'],
    ['{"task":[{"title":"a"},{"title":"b"}]} more', 'after its end'],
    ['{"task":[{"title":"a"},{"title":"b"}],"x":1}', 'unknown key "x"'],
    ['{"task":[{"title":"a"},{"title":"b}]}', 'unexpected'],
  ])('is refused as it is, however it is cut: %s', (text, why) => {
    const whole = parseGraphFile(text, 'g.json')
    expect(whole.ok).toBe(false)
    for (const size of [1, 10, 1e6])
      expect(read(text, 'json', size).failure?.message).toContain(why)
  })
})
