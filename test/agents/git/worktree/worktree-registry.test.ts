import { expect, test } from 'vitest'
import {
  isWorktreeName,
  worktreeNameOf,
} from '../../../../src/agents/git/worktree/worktree-registry.ts'

test('ids that differ only in case get names that differ on a case-blind disk', () => {
  const [upper, lower] = [worktreeNameOf('Foo'), worktreeNameOf('foo')]
  expect(upper.toLowerCase()).not.toBe(lower.toLowerCase())
})

test.each([
  'Write the docs',
  '--force',
  '../../etc/passwd',
  'täsk ünïcode',
  '日本語',
  'x'.repeat(300),
  'a.lock',
  '',
  'refs/heads/x\n',
])('the name of %j is legal as a ref and as a folder', (id) => {
  const name = worktreeNameOf(id)
  expect(isWorktreeName(name)).toBe(true)
  expect(name).toMatch(/^[a-z0-9-]{1,40}-[0-9a-f]{6}$/)
})

test('the same id always has the same name', () => {
  expect(worktreeNameOf('Fix login')).toBe(worktreeNameOf('Fix login'))
  expect(worktreeNameOf('Fix login')).toMatch(/^fix-login-[0-9a-f]{6}$/)
})
