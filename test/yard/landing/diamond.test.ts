/** Work that follows the graph: what tasks make in parallel comes together, in the last one's tree and on the branch. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkoutOf, openGitYard, resolverConfig } from './git-yard.ts'

it('a diamond: the last task begins with the work of both, all of it lands, and a dirty checkout is left as it is', async () => {
  const at = await openGitYard({ files: { 'a.txt': 'one\n', 'mine.txt': 'as it was\n' } })
  at.git('switch', '--quiet', '--create', 'desk')
  at.write({ 'mine.txt': 'half written\n', 'new.txt': 'not in git\n' })
  at.git('switch', '--quiet', 'main')
  const before = checkoutOf(at)
  await at.add('first', 'echo first > first.txt')
  await at.add('left', 'cat first.txt && echo left > left.txt', ['first'])
  await at.add('right', 'cat first.txt && echo right > right.txt', ['first'])
  await at.add('last', 'cat left.txt right.txt > last.txt', ['left', 'right'])
  await at.done('last')
  expect(checkoutOf(at)).toBe(before)
  const change = await at.client.change.of({ task: 'last' })
  expect(change.files.map(({ path }) => path)).toEqual(['last.txt'])
  expect(await at.client.change.land({ task: 'last', waitMs: 50_000 })).toMatchObject({
    state: 'landed',
    target: 'main',
  })
  for (const name of ['first', 'left', 'right']) expect(at.at('main', `${name}.txt`)).toBe(name)
  expect(at.at('main', 'last.txt')).toBe('left\nright')
  // The files came, and what the person had in hand stayed.
  expect(readFileSync(join(at.root, 'last.txt'), 'utf8')).toBe('left\nright\n')
  expect(at.git('status', '--porcelain')).toBe(' M mine.txt\n?? new.txt')
  expect(readFileSync(join(at.root, 'mine.txt'), 'utf8')).toBe('half written\n')
}, 60_000)

it('a diamond whose middle tasks clash: a merge task appears, and after it the graph goes on', async () => {
  let home = ''
  const at = await openGitYard({
    config: (folder) => resolverConfig((home = folder), 'a.txt', 'left and right\\n'),
  })
  await at.add('left', 'echo left > a.txt')
  await at.add('right', 'echo right > a.txt')
  await at.add('last', 'tr a-z A-Z < a.txt > last.txt', ['left', 'right'])
  const last = await at.done('last')
  expect(last.attempts).toBe(0)
  expect([...at.yard.plan.blockersOf(last.id)]).toEqual(['left', 'right', 'merge-last'])
  const merge = [...at.yard.plan.tasks.values()].find(({ id }) => id === 'merge-last')
  expect(merge).toMatchObject({
    state: { kind: 'done' },
    executor: 'resolver',
    merging: { for: 'last', kind: 'base', ours: { name: 'left' }, theirs: { name: 'right' } },
  })
  const prompt = readFileSync(join(home, 'resolve.sh.prompt'), 'utf8')
  expect(prompt).toMatch(/> <<<<<<< [0-9a-f]{40}\n> left\n> =======\n> right\n/)
  expect(prompt).not.toContain('Do not merge')
  await at.client.change.land({ task: 'last', waitMs: 50_000 })
  expect(at.at('main', 'a.txt')).toBe('left and right')
  expect(at.at('main', 'last.txt')).toBe('LEFT AND RIGHT')
}, 60_000)

it('a result that clashes with its target: the merge task settles it, and the landing goes on by itself', async () => {
  const at = await openGitYard({
    config: (home) => resolverConfig(home, 'a.txt', 'mine and theirs\\n'),
  })
  await at.add('work', 'echo theirs > a.txt')
  await at.add('later', 'tr a-z A-Z < a.txt > later.txt', ['work'], { paused: true })
  await at.done('work')
  at.commit({ 'a.txt': 'mine\n' })
  const landing = await at.client.change.land({ task: 'work', waitMs: 50_000 })
  expect(landing).toMatchObject({ state: 'conflict', target: 'main', mergeTask: 'merge-work' })
  expect(landing.reason).toBe('main and work conflict in a.txt')
  const work = await at.until('work', (task) => task.landing?.state === 'landed')
  expect(at.git('rev-parse', 'main')).toBe(work.landing?.commit)
  expect(at.at('main', 'a.txt')).toBe('mine and theirs')
  expect(readFileSync(join(at.root, 'a.txt'), 'utf8')).toBe('mine and theirs\n')
  await at.client.task.publish({ id: 'later' })
  await at.done('later')
  expect(at.at('yard/' + String((await at.done('later')).worktreeName), 'later.txt')).toBe(
    'MINE AND THEIRS',
  )
}, 60_000)
