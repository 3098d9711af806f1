/** What is told of a task's changes before they land: of which try, and what is known to be in their way. */
import { expect, it } from 'vitest'
import { openGitYard } from './git-yard.ts'

it('where a result would land is told with the checkout that moves with it', async () => {
  const at = await openGitYard({ files: { 'a.txt': 'one\n', 'mine.txt': 'as it was\n' } })
  await at.add('work', 'echo two > a.txt')
  await at.done('work')
  const outlook = async () => (await at.client.change.of({ task: 'work' })).outlook
  const clean = { how: 'merge', target: 'main', obstacle: null, checkout: at.root, uncommitted: 0 }
  expect(await outlook()).toEqual(clean)
  at.write({ 'mine.txt': 'half written\n', 'new.txt': 'not in git\n' })
  expect(await outlook()).toEqual({ ...clean, uncommitted: 1 })
  at.git('switch', '--quiet', '--create', 'desk')
  expect(await outlook()).toEqual({ ...clean, checkout: null, uncommitted: null })
  at.git('branch', '--quiet', '--delete', '--force', 'main')
  expect(await outlook()).toMatchObject({ target: null, checkout: null, uncommitted: null })
}, 60_000)

it('a pull request moves no checkout', async () => {
  const at = await openGitYard({ config: () => ['[worktree]', 'land = "pr"'] })
  await at.add('work', 'echo two > a.txt')
  await at.done('work')
  expect((await at.client.change.of({ task: 'work' })).outlook).toEqual({
    how: 'pr',
    target: 'main',
    obstacle: null,
    checkout: null,
    uncommitted: null,
  })
}, 60_000)

it('each try is shown by itself, and without a name the latest', async () => {
  const at = await openGitYard({ files: { 'a.txt': 'one\n' } })
  await at.add('work', '[ -e b.txt ] && echo c > c.txt || echo b > b.txt')
  await at.done('work')
  await at.client.task.reopen({ id: 'work' })
  await at.until('work', ({ state, generation }) => state.kind === 'done' && generation === 2)
  const paths = async (agent?: string): Promise<readonly string[]> => {
    const { files } = await at.client.change.of({ task: 'work', ...(agent ? { agent } : {}) })
    return files.map(({ path }) => path)
  }
  const tries = await at.client.agent.list({ task: 'work', which: 'all' })
  expect(tries).toHaveLength(2)
  const [first, second] = tries.toSorted((a, b) => a.generation - b.generation)
  expect(await paths(first?.id)).toEqual(['b.txt'])
  expect(await paths()).toEqual(await paths(second?.id))
  expect(await paths(second?.id)).toContain('c.txt')
  const diff = await at.client.change.diff({ task: 'work', agent: first?.id ?? '' })
  expect(diff.files.map(({ path }) => path)).toEqual(['b.txt'])
  expect((await at.client.change.of({ task: 'work', agent: 'agent-99' })).agent).toBeNull()
}, 60_000)
