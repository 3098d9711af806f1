/** Who a verify line is on a merged tree, and what git may run in a yard that nobody has confirmed. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCaller } from '../../../src/yard/access/caller.ts'
import { copyOf } from '../real-place.ts'
import { openGitYard, type GitYard } from './git-yard.ts'

/** What a verify line of the yard gets when the task's result lands. */
async function environmentAt(at: GitYard, id: string): Promise<Record<string, string>> {
  await at.client.change.land({ task: id, waitMs: 50_000 })
  const rows = readFileSync(join(at.place.home, 'env.txt'), 'utf8').split('\n')
  return Object.fromEntries(
    rows.filter((row) => row.startsWith('YARD_')).map((row) => row.split(/=(.*)/s, 2)),
  )
}

describe('a verify line on the merged tree', { timeout: 60_000 }, () => {
  const open = async (): Promise<GitYard> => {
    const at = await openGitYard()
    const file = join(at.place.home, 'env.txt')
    await at.add('work', 'echo two > b.txt', [], { verify: `env > '${file}'` })
    await at.done('work')
    rmSync(file)
    return at
  }
  const caller = (env: Record<string, string>, at: GitYard) => findCaller(env, at.root, () => [])

  it('is an agent that cannot be named, and has no token', async () => {
    const at = await open()
    const env = await environmentAt(at, 'work')
    expect(Object.keys(env)).not.toContain('YARD_TOKEN')
    expect(caller(env, at)).toEqual({ kind: 'nameless' })
  })

  it('is that too where nothing is left of the agent', async () => {
    const at = await open()
    await at.client.agent.dead({ do: 'purge' })
    expect(at.yard.store.agents({ which: 'all' })).toEqual([])
    expect(caller(await environmentAt(at, 'work'), at)).toEqual({ kind: 'nameless' })
  })
})

it('in a yard that nobody has confirmed git runs no program of its repository', async () => {
  const at = await openGitYard()
  await at.add('work', 'echo two > b.txt')
  await at.done('work')
  await at.yard.close()
  const copy = join(at.place.home, 'copy')
  execFileSync('cp', ['-r', at.root, copy])
  const proof = join(at.place.home, 'proof')
  const inCopy = (...args: string[]) => at.git('-C', copy, ...args)
  inCopy('config', 'filter.sly.clean', `echo filter >> '${proof}'; cat`)
  inCopy('config', 'extensions.partialClone', 'sly')
  inCopy('config', 'remote.sly.url', copy)
  inCopy('config', 'remote.sly.promisor', 'true')
  inCopy('config', 'remote.sly.uploadpack', `echo fetch >> '${proof}'; git-upload-pack`)
  writeFileSync(join(copy, '.git/info/attributes'), '* filter=sly\n')
  writeFileSync(join(copy, 'a.txt'), 'two\n')
  const blob = inCopy('rev-parse', 'refs/heads/main:a.txt')
  const object = join(copy, '.git/objects', blob.slice(0, 2), blob.slice(2))
  await at.reopenAnew(copyOf(copy))
  const refusal = { code: 'untrusted' }
  await expect(at.client.change.worktrees()).rejects.toMatchObject(refusal)
  await expect(at.client.change.gc({ dryRun: true })).rejects.toMatchObject(refusal)
  await expect(at.client.change.removeWorktree({ name: 'work' })).rejects.toMatchObject(refusal)
  expect(await at.client.change.of({ task: 'work' })).toMatchObject({
    files: [{ path: 'b.txt' }],
    outlook: null,
  })
  rmSync(object)
  const diff = await at.client.change.diff({ task: 'work', maxBytes: 10_000 })
  expect(diff.files).toMatchObject([{ path: 'b.txt' }])
  const commit = diff.base ?? ''
  rmSync(join(copy, '.git/objects', commit.slice(0, 2), commit.slice(2)))
  await at.client.change.of({ task: 'work' }).catch(() => undefined)
  expect(existsSync(proof) ? readFileSync(proof, 'utf8') : '').toBe('')
}, 60_000)

it('there no merge is called made, and none is tried to see whether it is needed', async () => {
  const at = await openGitYard({ config: () => ['[worktree]', 'merger = "person"'] })
  await at.add('work', 'echo theirs > a.txt')
  await at.done('work')
  at.commit({ 'a.txt': 'mine\n' })
  await at.client.change.land({ task: 'work', waitMs: 50_000 })
  await at.yard.close()
  const copy = join(at.place.home, 'copy')
  execFileSync('cp', ['-r', at.root, copy])
  const proof = join(at.place.home, 'proof')
  at.git('-C', copy, 'config', 'merge.sly.driver', `echo driver >> '${proof}'; false`)
  writeFileSync(join(copy, '.git/info/attributes'), '* merge=sly\n')
  await at.reopenAnew(copyOf(copy))
  for (const force of [false, true])
    await expect(at.client.task.complete({ id: 'merge-work', force })).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.stringContaining('the merge task merge-work cannot be marked done'),
    })
  expect(existsSync(proof)).toBe(false)
  expect((await at.client.task.get({ id: 'merge-work' })).state).toBe('ready')
}, 60_000)
