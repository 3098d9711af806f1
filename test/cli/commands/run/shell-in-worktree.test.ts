import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openGitTestYard, type GitTestYard } from '../../yard-command.ts'

let place: GitTestYard
beforeEach(async () => {
  place = await openGitTestYard()
})
afterEach(() => place.close())

test('a shell task in a worktree runs on what it waits for, and owes nothing but its exit code', async () => {
  const add = (...words: string[]) => place.json(['add', ...words, '--worktree', 'on'])
  await add('Make', '--id', 'make', '--exec', 'echo made > made.txt')
  await add('Check', '--id', 'check', '--exec', 'test -f made.txt', '--after', 'make')
  await add('Doubt', '--id', 'doubt', '--exec', 'test -f never.txt', '--after', 'make')
  expect((await place.yard(['run'])).code).toBe(1)
  const stateOf = async (id: string) =>
    ((await place.json(['show', id])) as { state: string }).state
  expect(await stateOf('check')).toBe('done')
  expect(await stateOf('doubt')).toBe('failed')
  expect(existsSync(join(place.folder, 'made.txt'))).toBe(false)
}, 60_000)
