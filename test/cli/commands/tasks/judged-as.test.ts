/** What a task says of how it is judged, by whom it is done and as what it counts: from the command line to files and back. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeAll(async () => {
  test = await openTestYard()
  await writeFile(
    join(test.folder, '.yard/config.toml'),
    '[evaluation]\ngate = "score"\n[evaluation.tags]\ndocs = 0.8\nrelease = "person"\n',
  )
})
afterAll(() => test.close(), 60_000)

const json = (...words: string[]) => test.json(words) as Promise<Record<string, unknown>>

it('is said of a task, changed, taken back, and goes through a graph file', async () => {
  const added = await json(
    ...['add', 'Guide', '--executor', 'claude', '--tag', 'docs', '--gate', '0.70'],
    ...['--identity', 'careful documenter', '--kind', 'manual'],
  )
  expect(added).toMatchObject({
    gate: { mode: 'gated', threshold: 0.7, source: 'task' },
    identity: { name: expect.stringMatching(/careful documenter/i) as string },
    kind: 'manual',
    own: { gate: '0.7', identity: 'careful documenter', kind: 'manual' },
  })
  const file = (await test.yard(['export'])).out
  expect(file).toContain('gate = "0.7"\nidentity = "careful documenter"\nkind = "manual"\n')
  expect((await test.yard(['show', 'guide'])).out).toMatch(/gate +0\.70 \(task\)/)
  const back = await json('edit', 'guide', '--gate', '', '--identity', '', '--kind', '')
  expect(back).toMatchObject({
    gate: { mode: 'gated', threshold: 0.8, source: 'tag docs' },
    identity: null,
    kind: 'docs',
    own: { gate: null, identity: null, kind: null },
  })
  await writeFile(
    join(test.folder, 'graph.toml'),
    '[[task]]\nid = "b"\ntitle = "B"\nexec = "true"\ngate = 0.75\ntags = ["docs", "release"]\n[[task]]\nid = "c"\ntitle = "C"\nexec = "true"\ntags = ["docs", "release"]\n',
  )
  expect((await test.yard(['import', 'graph.toml'])).code).toBe(0)
  expect(await json('show', 'b')).toMatchObject({
    gate: { mode: 'gated', threshold: 0.75, source: 'task' },
  })
  const release = { mode: 'person', threshold: null, source: 'tag release' }
  expect(await json('show', 'c')).toMatchObject({ gate: release })
  await writeFile(join(test.folder, 'graph.jsonl'), '{"id":"d","title":"D","gate":"person"}\n')
  expect((await test.yard(['import', 'graph.jsonl'])).code).toBe(0)
  expect(await json('show', 'd')).toMatchObject({ gate: { mode: 'person', source: 'task' } })
}, 60_000)

it.each([
  ['1.5', 2],
  ['0', 2],
  ['often', 2],
  ['0.7x', 2],
])('refuses the gate %s with %i', async (gate, code) => {
  const ended = await test.yard(['add', 'X', '--exec', 'true', '--gate', gate])
  expect([ended.code, ended.err]).toEqual([code, expect.stringContaining('no gate')])
})

it('names the line of a gate that is none', async () => {
  const text = '[[task]]\ntitle = "X"\nexec = "true"\ngate = 2\n'
  await writeFile(join(test.folder, 'bad.toml'), text)
  const { code, err } = await test.yard(['import', 'bad.toml'])
  expect([code, err]).toEqual([1, expect.stringContaining('gate must be "off", "score"')])
  expect(err).toContain('line 4')
}, 60_000)

it.each(['gate', 'identity', 'kind'])('an empty --%s of a new task is refused', async (name) => {
  const { code, err } = await test.yard(['add', 'Nothing', `--${name}`, ''])
  expect([code, err]).toEqual([2, expect.stringContaining(`--${name} is empty`)])
})

it('a note that is empty or too long is refused in plain words', async () => {
  await test.yard(['add', 'Noted', '--id', 'noted', '--executor', 'manual'])
  const empty = await test.yard(['approve', 'noted', '--note', ''])
  expect([empty.code, empty.err]).toEqual([2, expect.stringContaining('note: must not be empty')])
  const long = await test.yard(['reject', 'noted', '--note', 'x'.repeat(20_001)])
  expect(long.err).toContain('note: must have at most 20000 characters')
})
