/** A worktree of our own is made anew over whatever an earlier owner or a line has left in its place. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { addScratchTree, removeScratchTree } from '../../../../src/agents/git/worktree/checkout.ts'
import { git, must, open, project, sandbox, write } from '../git-sandbox.ts'

function scene() {
  const box = sandbox()
  project(box, { 'a.txt': 'one\n' })
  const folder = join(box.root, '.yard/landings/t')
  mkdirSync(folder, { recursive: true })
  return { box, tree: join(folder, 'tree'), head: git(box.root, 'rev-parse', 'HEAD') }
}

it('is made where a removal was cut short after git had forgotten it', async () => {
  const { box, tree, head } = scene()
  const repo = await open(box.root)
  must(await addScratchTree(repo, tree, head))
  git(box.root, 'worktree', 'remove', '--force', tree)
  write(tree, { 'left/over.txt': 'x\n' })
  must(await addScratchTree(repo, tree, head))
  expect(readFileSync(join(tree, 'a.txt'), 'utf8')).toBe('one\n')
  expect(existsSync(join(tree, 'left'))).toBe(false)
})

it('never reaches through a link that was put in its place', async () => {
  const { box, tree, head } = scene()
  const repo = await open(box.root)
  const mine = join(box.home, 'mine')
  write(mine, { 'keep.txt': 'mine\n' })
  symlinkSync(mine, tree)
  must(await addScratchTree(repo, tree, head))
  expect(readFileSync(join(tree, 'a.txt'), 'utf8')).toBe('one\n')
  await removeScratchTree(repo, tree)
  symlinkSync(mine, tree)
  await removeScratchTree(repo, tree)
  expect(existsSync(tree)).toBe(false)
  expect(readFileSync(join(mine, 'keep.txt'), 'utf8')).toBe('mine\n')
})
