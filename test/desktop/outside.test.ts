import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { yardPaths } from '../../src/config/paths.ts'
import { editorLink, folderOfYard, revealPlan } from '../../src/desktop/outside.ts'

let folder: string
beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'yard-reveal-')))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('text of our own opens in the editor, other files of the yard in their folder, the rest not at all', () => {
  const root = join(folder, 'atlas')
  const paths = yardPaths(root)
  mkdirSync(paths.service.folder, { recursive: true })
  const [own, result, program] = [
    join(folder, 'app.log'),
    join(root, 'result.sh'),
    join(folder, 'x'),
  ]
  for (const file of [own, paths.config, result, program]) writeFileSync(file, '')
  const parts = { paths, ownFiles: [own] }
  expect(revealPlan(own, parts)).toEqual({ by: 'editor', file: own })
  expect(revealPlan(paths.config, parts)).toEqual({ by: 'editor', file: paths.config })
  expect(revealPlan(result, parts)).toEqual({ by: 'folder', file: result })
  for (const path of [program, join(root, 'none'), 'atlas/result.sh', root + '/../x'])
    expect(revealPlan(path, parts)).toBeNull()
  expect(revealPlan(result, { ...parts, paths: null })).toBeNull()
})

test('a configuration that is a link to a program is not opened', () => {
  const root = join(folder, 'atlas')
  const paths = yardPaths(root)
  mkdirSync(paths.yard, { recursive: true })
  const program = join(root, 'run.sh')
  writeFileSync(program, '')
  symlinkSync(program, paths.config)
  expect(revealPlan(paths.config, { paths, ownFiles: [] })).toEqual({ by: 'folder', file: program })
})

test('only folders of the yard are opened in a program, links followed', () => {
  const root = join(folder, 'atlas')
  const paths = yardPaths(root)
  const worktree = join(root, '.yard/worktrees/one')
  mkdirSync(worktree, { recursive: true })
  writeFileSync(join(root, 'file'), '')
  symlinkSync(folder, join(root, 'out'))
  expect(folderOfYard(worktree, paths)).toBe(worktree)
  expect(folderOfYard(root, paths)).toBe(root)
  for (const path of [folder, join(root, 'file'), join(root, 'out'), join(root, 'none'), 'atlas'])
    expect(folderOfYard(path, paths)).toBeNull()
  expect(folderOfYard(worktree, null)).toBeNull()
})

test('the editor is the first that answers links of its own', () => {
  const known =
    (...schemes: string[]) =>
    (scheme: string) =>
      schemes.includes(scheme)
  expect(editorLink('/a/odd #name', known('zed://', 'cursor://'))).toBe(
    'cursor://file/a/odd%20%23name',
  )
  expect(editorLink('/a', known())).toBeNull()
})
