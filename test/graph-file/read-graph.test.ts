import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseGraphFile } from '../../src/graph-file/read-graph.ts'
import { newTaskOf, toGraphText } from '../../src/graph-file/write-graph.ts'
import { exitCodeOf } from '../../src/domain/failure.ts'
import { type NewTask, newTaskSchema, taskSchema } from '../../src/domain/task.ts'
import { parseInstant } from '../../src/config/times.ts'
import { errorOf, valueOf } from '../config/support.ts'

const read = (text: string, name = '-') => valueOf(parseGraphFile(text, name)).tasks
const faults = (text: string, name = '-') => {
  const failure = errorOf(parseGraphFile(text, name))
  expect(failure.kind).toBe('file-broken')
  expect(exitCodeOf(failure)).toBe(1)
  expect(failure.message).not.toContain('\n')
  return failure.facts?.['faults'] as { line: number; message: string }[]
}

const TOML = `[[task]]
id = "fetch"
title = "Fetch the sources"
exec = "git clone …"

[[task]]
id = "build"
title = "Build"
after = ["fetch"]
executor = "claude"
model = "sonnet"
max_attempts = 5
timeout = "30m"
not_before = 2026-03-01T09:00:00+01:00
description = """
two
lines"""
`

describe('a graph file', () => {
  it('is read as TOML with snake_case', () => {
    expect(read(TOML)).toEqual([
      { id: 'fetch', title: 'Fetch the sources', exec: 'git clone …' },
      {
        id: 'build',
        title: 'Build',
        after: ['fetch'],
        executor: 'claude',
        model: 'sonnet',
        maxAttempts: 5,
        timeoutMs: 1_800_000,
        notBefore: Date.UTC(2026, 2, 1, 8),
        description: 'two\nlines',
      },
    ])
  })

  it('is read as JSON or JSON lines with the names of task JSON', () => {
    const task = {
      title: 'A',
      maxAttempts: 2,
      delay: '5m',
      schedule: '09:00',
      tz: 'Asia/Tokyo',
      model: null,
    }
    const expected = [
      {
        title: 'A',
        maxAttempts: 2,
        delayMs: 300_000,
        schedule: { spec: '09:00', tz: 'Asia/Tokyo' },
      },
    ]
    expect(read(JSON.stringify({ task: [task] }, null, 2))).toEqual(expected)
    expect(read(`${JSON.stringify(task)}\n\n`)).toEqual(expected)
    expect(
      read(JSON.stringify({ title: 'A', schedule: { spec: '@daily', tz: null }, timeoutMs: 5 })),
    ).toEqual([{ title: 'A', schedule: { spec: '@daily', tz: null }, timeoutMs: 5 }])
  })

  it('goes by its ending, whatever it looks like', () => {
    expect(faults('{"title":"A"}', 'a.json')[0]?.message).toContain('unknown key "title"')
    expect(read('{"title":"A"}', 'a.jsonl')).toHaveLength(1)
    expect(read('', 'a.toml')).toEqual([])
  })

  it('names the line of every fault in TOML', () => {
    const text = `[[task]]
title = "A"
max_atempts = 2
priority = "hihg"

[[task]]
id = "a b"
timeout = 30

[task.schedule]
spec = "25:00"

[[tasks]]
title = "B"
`
    const found = faults(text)
    expect(found.map(({ line }) => line)).toEqual([3, 4, 6, 7, 8, 10, 13])
    expect(found[0]?.message).toContain('did you mean "max_attempts"?')
    expect(found[1]?.message).toContain('did you mean "high"?')
    expect(found[2]?.message).toBe('a task needs a title')
  })

  it('names the line of every fault in JSON', () => {
    const text = `{
  "task": [
    { "title": "A", "max_attempts": 2 },
    {
      "title": "",
      "after": ["ok", "../x"]
    }
  ]
}`
    expect(faults(text).map(({ line }) => line)).toEqual([3, 5, 6])
    expect(faults(text)[0]?.message).toContain('did you mean "maxAttempts"?')
  })

  it('names the line of every fault in JSON lines', () => {
    const found = faults('{"title":"A"}\n{"title":\n\n[]\n{"title":"B","x":1}\n', 'a.jsonl')
    expect(found.map(({ line }) => line)).toEqual([2, 4, 5])
  })

  it.each([
    ['{"task": [\n{"title": "A"},\n]}', 'a.json', 3],
    ['{"task": [\n{"title": "A", "title": "B"}]}', 'a.json', 2],
    ['{"task": []}\nx', 'a.json', 2],
    ['[[task]]\ntitle = "A\n', 'a.toml', 2],
    ['[[task]]\ntitle = "A"\ntitle = "B"\n', 'a.toml', 3],
    ['task = 3\n', 'a.toml', 1],
    [`${'['.repeat(100_000)}`, 'a.json', 1],
  ])('is refused with its line when broken: %s', (text, name, line) => {
    expect(faults(text, name)[0]?.line).toBe(line)
  })

  it('refuses what contradicts itself', () => {
    expect(
      faults('[[task]]\ntitle = "A"\ndelay = "1m"\nnot_before = "2026-01-01"\n')[0],
    ).toMatchObject({ line: 4 })
    expect(faults('[[task]]\ntitle = "A"\ntz = "UTC"\n')[0]?.message).toContain(
      'without a schedule',
    )
    expect(faults('[[task]]\nid="a"\ntitle = "A"\n[[task]]\nid="a"\ntitle = "B"\n')).toEqual([
      { line: 5, message: 'the id "a" is taken by the task of line 2' },
    ])
    expect(faults('{"title":"\\ud800"}', 'a.jsonl')[0]?.message).toContain('surrogate')
    expect(faults('{"title":"a","gate":true}', 'a.jsonl')[0]?.message).toMatch(/gate must be "off"/)
  })

  it('tells the line of a field for faults that only the graph knows', () => {
    const file = valueOf(parseGraphFile(TOML, 'a.toml'))
    expect(file.lineOf(1)).toBe(6)
    expect(file.lineOf(1, 'after')).toBe(9)
  })

  it('says that faults beyond fifty are there', () => {
    const message = errorOf(parseGraphFile('{}\n'.repeat(60), 'a.jsonl')).message
    expect(message).toMatch(/and 10 more$/)
  })
})

const id = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/)
const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  fc.constantFrom(
    '"""',
    '\\',
    'a\nb"""\n',
    "'''\n",
    '# no comment',
    ' \r\n ',
    '\u007f',
    '[[task]]\nid="x"',
    '\n\n',
  ),
)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const task = fc.record(
  {
    title: text.filter((words) => words.trim() !== ''),
    id: maybe(id),
    description: maybe(text),
    exec: maybe(text),
    tags: maybe(fc.array(text, { minLength: 1, maxLength: 3 })),
    after: maybe(fc.array(id, { minLength: 1, maxLength: 3 })),
    priority: maybe(fc.constantFrom('critical', 'idle')),
    timeoutMs: maybe(fc.integer({ min: 1, max: 10 ** 9 })),
    notBefore: maybe(fc.integer({ min: 0, max: 4 * 10 ** 12 })),
    schedule: maybe(
      fc.record({
        spec: fc.constantFrom('09:00', '*/5 * * * *'),
        tz: fc.constantFrom(null, 'UTC'),
      }),
    ),
    gate: maybe(fc.constantFrom('off', 'score', 'person', '0.7', '1')),
    identity: maybe(text),
    kind: maybe(text),
    paused: maybe(fc.constant(true)),
  },
  { requiredKeys: ['title'] },
)

describe('an exported graph', () => {
  it.each(['toml', 'json', 'jsonl'] as const)('is read back the same from %s', (format) => {
    fc.assert(
      fc.property(
        fc.uniqueArray(task, { maxLength: 4, selector: (t) => t.id ?? t.title }),
        (raw) => {
          const tasks: NewTask[] = raw
            .filter(
              (one) =>
                !Object.values(one)
                  .flat()
                  .some((v) => typeof v === 'string' && v.includes('\0')),
            )
            .map((one) => newTaskSchema.parse(JSON.parse(JSON.stringify(one))))
          expect(read(toGraphText(tasks, format), `a.${format}`)).toEqual(tasks)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('leaves defaults out, and what became of a task', () => {
    const stored = taskSchema.parse({
      id: 'a',
      title: 'A',
      description: '',
      priority: 'normal',
      tags: [],
      skills: [],
      deliverables: [],
      exec: null,
      verify: null,
      executor: null,
      model: null,
      timeoutMs: null,
      maxAttempts: 2,
      schedule: null,
      context: null,
      mode: null,
      worktree: null,
      repo: null,
      order: 1,
      state: { kind: 'open', notBefore: 5000, park: null },
      held: false,
      generation: 1,
      attempts: 1,
      backOffs: 0,
      lastFailure: null,
      lastAgentId: null,
      conversation: null,
      worktreeName: null,
      resultCommit: null,
      scheduledFor: null,
      firstSuccessAt: null,
      addedBy: null,
      createdAt: 0,
      startedAt: 0,
      completedAt: null,
    })
    const out = (one: typeof stored) => toGraphText([newTaskOf(one, [])], 'toml')
    expect(out(stored)).toBe('[[task]]\nid = "a"\ntitle = "A"\nmax_attempts = 2\n')
    expect(out({ ...stored, generation: 0 })).toContain('not_before = "1970-01-01T00:00:05.000Z"\n')
  })
})

describe('a moment', () => {
  it.each([
    ['2026-03-01T09:00:00+01:00', Date.UTC(2026, 2, 1, 8)],
    ['2026-03-01T09:00:00.25Z', Date.UTC(2026, 2, 1, 9, 0, 0, 250)],
    ['2026-03-01 09:00', new Date(2026, 2, 1, 9).getTime()],
    ['2026-03-01', new Date(2026, 2, 1).getTime()],
    ['2026-02-30', null],
    ['2026-03-01T24:00Z', null],
    ['09:00', null],
    ['tomorrow', null],
  ])('%s', (written, at) => {
    expect(parseInstant(written)).toBe(at)
  })
})
