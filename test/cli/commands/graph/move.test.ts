import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

const FIXTURES = resolve(import.meta.dirname, '../../../fixtures/moving')

let place: TestYard
beforeEach(async () => {
  place = await openTestYard()
  for (const name of ['agentweave', 'workgraph'])
    await cp(join(FIXTURES, name), join(place.folder, name), { recursive: true })
})
afterEach(() => place.close())

const config = () => readFile(join(place.folder, '.yard/config.toml'), 'utf8')

describe('yard import of a folder', () => {
  it('takes .agentweave and names what has no place', async () => {
    const ended = await place.yard(['import', 'agentweave/.agentweave', '--json'])
    expect(ended.code).toBe(0)
    const reply = JSON.parse(ended.out) as { ids: string[]; left: { field: string }[] }
    expect(reply.ids).toHaveLength(8)
    expect(reply.left).toContainEqual({ field: 'messages/archive/', count: 1 })
    expect(ended.err).toContain('messages/archive/')
    expect(await config()).toContain('[members.code-rev]')
  })

  it('lets go with --publish what was not held back there', async () => {
    const reply = (await place.json(['import', 'workgraph', '--publish'])) as {
      published: string[]
    }
    expect(reply.published).toContain('build_all')
    expect(reply.published).not.toContain('loop-tail')
    const paused = (await place.json(['list', '--status', 'paused'])) as { id: string }[]
    expect(paused.map(({ id }) => id)).toEqual(['loop-tail'])
    expect((await place.yard(['import', 'workgraph', '--publish'])).code).toBe(0)
  })

  it.each([
    [
      'a broken row',
      'graph.jsonl',
      '{"kind":"task","id":"a","title":"A"}\n{"kind":\n',
      1,
      'graph.jsonl:2',
    ],
    [
      'a cycle',
      'graph.jsonl',
      ['a', 'b']
        .map((id) => `{"id":"${id}","title":"T","after":["${id === 'a' ? 'b' : 'a'}"]}`)
        .join('\n'),
      4,
      'graph.jsonl:2',
    ],
    ['bytes that are no text', 'config.toml', Buffer.from([0x61, 0xff, 0xfe]), 1, 'config.toml:1'],
    ['a file that is too large', 'graph.jsonl', '#'.repeat(5_000_001), 1, 'graph.jsonl:1'],
  ])('imports nothing because of %s', async (...[, file, text, code, told]) => {
    const before = await config()
    await writeFile(join(place.folder, 'workgraph/.workgraph', file), text)
    const ended = await place.yard(['import', 'workgraph/.workgraph'])
    expect(ended.code).toBe(code)
    expect(ended.err).toContain(told)
    expect(ended.err.trim().split('\n')).toHaveLength(1)
    expect(await place.json(['list'])).toEqual([])
    expect(await config()).toBe(before)
  })

  it('follows no link', async () => {
    const folder = join(place.folder, 'agentweave/.agentweave/tasks/active')
    await writeFile(join(place.folder, 'secret.json'), '{"id": "secret", "title": "Secret"}')
    await symlink(join(place.folder, 'secret.json'), join(folder, 'secret.json'))
    const ended = await place.yard(['import', 'agentweave'])
    expect(ended.code).toBe(1)
    expect(ended.err).toContain('tasks/active/secret.json:1')
    expect(await place.json(['list'])).toEqual([])
  })

  it('is a folder of a program that is known, and --publish is for those', async () => {
    await mkdir(join(place.folder, 'other'))
    expect((await place.yard(['import', 'other'])).code).toBe(1)
    await writeFile(join(place.folder, 'g.jsonl'), '{"title":"A"}\n')
    expect((await place.yard(['import', 'g.jsonl', '--publish'])).code).toBe(2)
  })
})

describe('yard export to a folder', () => {
  it('writes what it reads back, and only where nothing is', async () => {
    await place.yard(['import', 'workgraph/.workgraph'])
    const out = ['export', '--format', 'workgraph', '--out', 'out'] as const
    expect((await place.yard(out)).code).toBe(0)
    const again = await place.yard(['import', 'out', '--json'])
    expect(JSON.parse(again.out)).toMatchObject({ ids: [], known: 11 })
    const refused = await place.yard(out)
    expect([refused.code, refused.out]).toEqual([4, ''])
    await place.yard(['export', '--format', 'workgraph', '--out', 'own/.workgraph'])
    expect(await readFile(join(place.folder, 'own/.workgraph/graph.jsonl'), 'utf8')).toContain(
      '"build_all"',
    )
  })

  it('needs --out, which no other format takes', async () => {
    expect((await place.yard(['export', '--format', 'agentweave'])).code).toBe(2)
    expect((await place.yard(['export', '--format', 'toml', '--out', 'x'])).code).toBe(2)
  })
})
