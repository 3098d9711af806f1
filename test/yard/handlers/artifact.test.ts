/** Which files may be kept as results of a task. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addCommand, claimOf, COORDINATOR } from '../../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
  await bench.run(addCommand('a'))
})
afterEach(() => bench.close())

const keep = (path: string) => bench.client.task.artifact({ id: 'a', paths: [path] })

it('takes regular files below the folder of the task, links followed', async () => {
  const { root } = bench.test.yard.paths
  mkdirSync(join(root, 'out'))
  writeFileSync(join(root, 'out', '..report.md'), 'x')
  symlinkSync(join(root, 'out', '..report.md'), join(root, 'link'))
  for (const path of ['out/..report.md', './out/../link', join(root, 'link')]) await keep(path)
  const { artifacts } = await bench.client.task.get({ id: 'a' })
  expect(artifacts).toHaveLength(3)
})

it('takes nothing else, and nothing of a list in which one is not', async () => {
  const { root, config } = bench.test.yard.paths
  mkdirSync(join(root, 'folder'))
  writeFileSync(join(root, 'good'), '')
  execFileSync('mkfifo', [join(root, 'pipe')])
  symlinkSync('/etc/hostname', join(root, 'far'))
  symlinkSync(config, join(root, 'near'))
  symlinkSync('cycle', join(root, 'cycle'))
  const kinds = async (paths: readonly string[]) =>
    Promise.all(paths.map(async (path) => (await failureOf(keep(path))).kind))
  expect(await kinds(['none', 'folder', 'pipe', 'cycle', 'a\0b', 'good/x'])).toEqual(
    Array.from({ length: 6 }, () => 'file-broken'),
  )
  expect(await kinds(['/etc/hostname', '..', '.', 'far', 'near', '.yard/config.toml'])).toEqual(
    Array.from({ length: 6 }, () => 'not-allowed'),
  )
  const many = bench.client.task.artifact({ id: 'a', paths: ['good', 'none'] })
  expect((await failureOf(many)).kind).toBe('file-broken')
  expect((await bench.client.task.get({ id: 'a' })).artifacts).toEqual([])
})

it('goes by the folder in which the latest agent works', async () => {
  const { root } = bench.test.yard.paths
  const cwd = join(root, '.yard', 'worktrees', 'a')
  mkdirSync(cwd, { recursive: true })
  writeFileSync(join(cwd, 'made'), '')
  writeFileSync(join(root, 'elsewhere'), '')
  await bench.run({ type: 'agents.claim', claims: [claimOf('a', 1)] }, COORDINATOR)
  const agentId = claimOf('a', 1).agentId
  const workplace = { cwd, branch: 'yard/a', baseCommit: null }
  const placed = { type: 'agent.placed', agentId, generation: 1, workplace } as const
  await bench.run({ ...placed, worktreeName: 'a' }, COORDINATOR)
  await keep('made')
  expect((await failureOf(keep('elsewhere'))).kind).toBe('file-broken')
  expect((await failureOf(keep(join(root, 'elsewhere')))).kind).toBe('not-allowed')
})

it('reads only what is kept, as it is now, in windows', async () => {
  const { root } = bench.test.yard.paths
  const read = (path: string, from = 0, maxBytes = 4) =>
    bench.client.page.artifact({ id: 'a', path, from, maxBytes })
  const bytes = Buffer.from('abcdef\xff', 'latin1')
  writeFileSync(join(root, 'kept'), bytes)
  writeFileSync(join(root, 'other'), 'secret')
  await keep('kept')
  const first = bytes.toString('base64', 0, 4)
  expect(await read('kept')).toEqual({ content: first, next: 4, size: 7, isEnd: false })
  const rest = bytes.toString('base64', 4)
  expect(await read('kept', 4)).toEqual({ content: rest, next: 7, size: 7, isEnd: true })
  expect(await read('kept', 99)).toMatchObject({ content: '', isEnd: true })
  expect((await failureOf(read('other'))).kind).toBe('not-allowed')
  expect((await failureOf(read('./kept'))).kind).toBe('not-allowed')
  rmSync(join(root, 'kept'))
  expect((await failureOf(read('kept'))).kind).toBe('file-broken')
  symlinkSync('/etc/hostname', join(root, 'kept'))
  expect((await failureOf(read('kept'))).kind).toBe('not-allowed')
})
