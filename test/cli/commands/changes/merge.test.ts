/** `yard diff`, `yard merge` and `yard worktree`, as whole processes in a real repository. */
import { existsSync } from 'node:fs'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openGitTestYard, PROGRAM, type GitTestYard } from '../../yard-command.ts'

let place: GitTestYard
beforeEach(async () => {
  place = await openGitTestYard()
})
afterEach(() => place.close(), 60_000)

async function onlyWorktree(): Promise<{ readonly path: string; readonly name: string }> {
  const [only] = (await place.json(['worktree', 'list'])) as { path: string; name: string }[]
  if (!only) throw new Error('there is no worktree')
  return only
}

it('a change is read, merged without a service, and its worktree cleaned up', async () => {
  const exec = 'echo two > b.txt; echo more >> a.txt'
  await place.yard(['add', 'Work', '--exec', exec, '--worktree', 'on'])
  expect((await place.yard(['diff', 'work'])).out).toBe(
    'no try of work has left anything in a worktree of its own\n',
  )
  const early = await place.yard(['merge', 'work'])
  expect(early).toMatchObject({ code: 4, err: expect.stringContaining('cannot be merged') })
  await place.yard(['run'])
  const diff = await place.yard(['diff', 'work'])
  expect(diff.out).toContain('+++ b/b.txt\n@@ -0,0 +1 @@\n+two\n')
  expect((await place.yard(['diff', 'work', '--stat'])).out).toMatch(/2 files, \+2 -0, 1 commit\n$/)
  expect(await place.json(['diff', 'work'])).toMatchObject({
    files: [{ path: 'a.txt' }, { path: 'b.txt', status: 'added', insertions: 1 }],
    patches: [{ truncated: false }, { truncated: false }],
  })
  await writeFile(join(place.folder, 'b.txt'), 'mine\n')
  const refused = await place.yard(['merge', 'work'])
  expect(refused.code).toBe(1)
  expect(refused.out).toMatch(/work is not merged: your checkout .* has changes in b.txt/)
  await writeFile(join(place.folder, 'b.txt'), 'two\n')
  place.git('add', 'b.txt')
  place.git('commit', '--quiet', '--message', 'by hand')
  expect((await place.yard(['merge', '--all-done'])).out).toMatch(
    /^work is in main \([0-9a-f]{10}\)\n$/,
  )
  expect((await place.yard(['merge', '--all-done'])).out).toBe('nothing is waiting to be merged\n')
  expect(place.git('show', 'main:a.txt')).toBe('one\nmore')
  const { path, name } = await onlyWorktree()
  await appendFile(join(place.folder, '.git/info/exclude'), 'built/\n')
  await mkdir(join(path, 'built'))
  await writeFile(join(path, 'built', 'x'), 'x')
  expect((await place.yard(['worktree', 'gc'])).out).toBe(
    `would remove ${name}; --yes does it\nlost then: built/ of ${name}, which git ignores\n`,
  )
  await writeFile(join(path, 'late.txt'), 'late\n')
  expect((await place.yard(['worktree', 'gc', '--yes'])).out).toBe(
    `no worktree is recorded as merged and holds nothing besides\nstays: ${name} (1 uncommitted file)\n`,
  )
  const held = await place.yard(['worktree', 'remove', 'work'])
  expect(held).toMatchObject({ code: 4, err: expect.stringContaining('1 uncommitted file') })
  const removed = await place.yard(['worktree', 'remove', 'work', '--yes'])
  expect(removed.out).toContain(`what was uncommitted is kept at refs/yard/kept/${name}`)
  expect(existsSync(path)).toBe(false)
  expect(place.git('show', `refs/yard/kept/${name}:late.txt`)).toBe('late')
  expect((await place.yard(['worktree', 'remove', 'work'])).code).toBe(3)
}, 120_000)

it('a pull request is prepared and nothing merged, until it is merged after all', async () => {
  await place.yard(['add', 'Work', '--exec', 'echo two > b.txt', '--worktree', 'on'])
  await place.yard(['run'])
  expect(await place.yard(['merge', '--all-done', '--pr'])).toMatchObject({ code: 2 })
  const prepared = await place.yard(['merge', 'work', '--pr'])
  expect(prepared).toMatchObject({ code: 0, out: expect.stringContaining('pull-request.md') })
  expect(place.git('ls-tree', '--name-only', 'main')).toBe('a.txt')
  const { name } = await onlyWorktree()
  expect(place.git('show', `yard/${name}:b.txt`)).toBe('two')
  expect((await place.yard(['merge', 'work'])).out).toContain('work is in main')
}, 120_000)

it('an agent may merge nothing, its own work included', async () => {
  const merge = `"${process.execPath}" "${PROGRAM}" merge work`
  const exec = `echo x > x.txt; ${merge} > said.txt 2>&1; echo $? >> said.txt`
  await place.yard(['add', 'Work', '--exec', exec, '--worktree', 'on'])
  await place.yard(['run'])
  const diff = await place.yard(['diff', 'work'])
  expect(diff.out).toMatch(/\+yard: an agent may not call change\.land/)
  expect(diff.out).toMatch(/\+4\n/)
}, 120_000)

it('a run that meets a merge conflict says so with the way out', async () => {
  await place.yard(['config', 'worktree.merger', 'person'])
  const add = (id: string, exec: string, ...more: string[]) =>
    place.yard(['add', id, '--id', id, '--exec', exec, '--worktree', 'on', ...more])
  await add('one', 'echo uno > a.txt')
  await add('two', 'echo two > a.txt')
  await add('both', 'true', '--after', 'one,two')
  const ran = await place.yard(['run'])
  expect(ran.code).toBe(1)
  expect(ran.err).toContain('! a merge conflict of both: merge-both settles it')
  expect(ran.out).toContain(
    'merge conflict of both: merge-both settles it and is ready; yard show merge-both says what to merge',
  )
  expect(ran.out).toMatch(/merge-both: .*a person settles the merge conflict.*yard done merge-both/)
  const again = JSON.parse((await place.yard(['run', '--json'])).out) as Record<string, unknown>
  expect(again).toMatchObject({
    merges: [{ id: 'merge-both', for: 'both', state: 'ready' }],
    notMerged: [],
  })
  await place.yard(['abandon', 'one'])
  const waited = await place.yard(['wait', 'one', '--json'])
  expect(JSON.parse(waited.out)).toMatchObject({ ok: true, merges: [] })
}, 120_000)

it('a result that was refused by its target is told at the end of a run', async () => {
  await place.yard(['config', 'worktree.land', 'auto'])
  await writeFile(join(place.folder, 'b.txt'), 'mine\n')
  await place.yard(['add', 'work', '--exec', 'echo two > b.txt', '--worktree', 'on'])
  const ran = await place.yard(['run'])
  expect(ran.out).toMatch(/work is done: Not merged: .*b\.txt.*\(yard merge work\)/)
}, 120_000)

it('merge --all-done names each task that conflicts, with its files, until it is settled', async () => {
  await place.yard(['config', 'worktree.merger', 'person'])
  for (const id of ['one', 'two', 'three'])
    await place.yard(['add', id, '--exec', `echo ${id}! > a.txt`, '--worktree', 'on'])
  await place.yard(['run'])
  const first = await place.yard(['merge', '--all-done'])
  expect(first.code).toBe(1)
  const conflicts = (['two', 'three'] as const).map(
    (id) =>
      `${id} is not merged: main and ${id} conflict in a.txt; merge-${id} settles it, and it goes on by itself\n`,
  )
  expect(first.out).toMatch(/^one is in main/)
  expect(first.out.endsWith(conflicts.join(''))).toBe(true)
  expect(await place.yard(['merge', '--all-done'])).toMatchObject({
    code: 1,
    out: conflicts.join(''),
  })
  await place.yard(['fail', 'merge-two', '--reason', 'no'])
  const { out } = await place.yard(['merge', '--all-done', '--json'])
  expect(JSON.parse(out)).toMatchObject([
    { task: 'two', state: 'conflict', mergeTask: 'merge-two' },
    { task: 'three', state: 'conflict', mergeTask: 'merge-three' },
  ])
  expect((await place.yard(['merge', '--all-done'])).out).toContain(
    'merge-two has given it up: yard merge two tries again',
  )
}, 120_000)
