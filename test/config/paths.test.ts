import { execFileSync } from 'node:child_process'
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  findYard,
  isWithin,
  nodeProblem,
  passedOverYard,
  userCache,
  userPaths,
  yardPaths,
} from '../../src/config/paths.ts'
import { errorOf, temporaryFolder, valueOf } from './support.ts'

const folder = () => realpathSync(temporaryFolder())
const make = (...parts: string[]) => {
  const path = join(...parts)
  mkdirSync(path, { recursive: true })
  return path
}
const rootOf = (start: string, env = {}, dir: string | null = null) =>
  valueOf(findYard(start, env, dir)).root
const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
    cwd,
    stdio: 'pipe',
  })

describe('the yard of a folder', () => {
  it('is the nearest above, unless YARD_DIR or --dir names one', () => {
    const root = folder()
    const [near, far, deep] = [join(root, 'a'), root, make(root, 'a', 'b', 'c')]
    make(near, '.yard')
    make(far, '.yard')
    expect(rootOf(deep)).toBe(near)
    expect(rootOf(deep, { YARD_DIR: far })).toBe(far)
    expect(rootOf(deep, { YARD_DIR: far }, '../..')).toBe(near)
    expect(valueOf(findYard(deep, {})).service.ownerDb).toBe(join(near, '.yard/service/owner.db'))
  })

  it('is not looked for above a folder that was named', () => {
    const root = folder()
    make(root, '.yard')
    const below = make(root, 'below')
    expect(errorOf(findYard(below, {}, '.'))).toMatchObject({ kind: 'no-yard' })
    expect(errorOf(findYard(root, { YARD_DIR: '.yard' })).hint).toContain(`holds it: ${root}`)
  })

  it('is missed in words where there is none', () => {
    const root = folder()
    expect(errorOf(findYard(root, {}))).toMatchObject({
      kind: 'no-yard',
      hint: expect.stringContaining('yard init'),
    })
  })

  it('is the main checkout’s inside a linked worktree, before the worktree’s own', () => {
    const root = folder()
    const main = make(root, 'main')
    const tree = join(root, 'tree')
    git(main, 'init', '-q')
    git(main, 'commit', '-q', '--allow-empty', '-m', 'one')
    git(main, 'worktree', 'add', '-q', tree)
    const deep = make(tree, 'sub', 'deep')
    expect(findYard(deep, {}).ok).toBe(false)
    make(root, '.yard')
    expect(rootOf(deep)).toBe(root)
    make(tree, '.yard')
    expect(rootOf(deep)).toBe(tree)
    make(main, '.yard')
    expect(rootOf(deep)).toBe(main)
    make(main, 'sub', '.yard')
    expect(rootOf(deep)).toBe(join(main, 'sub'))
    // The worktree's own is nearer and not meant, which can be asked for.
    const found = findYard(deep, {})
    expect(found.ok && passedOverYard(deep, found.value)).toBe(tree)
    const own = findYard(deep, {}, tree)
    expect(own.ok && passedOverYard(deep, own.value)).toBeNull()
    expect(passedOverYard(root, yardPaths(root))).toBeNull()
  })

  it('is the main one’s from any worktree of the repository: ours below .yard, and a person’s anywhere', () => {
    const root = folder()
    const main = make(root, 'main')
    make(main, '.yard', 'worktrees')
    git(main, 'init', '-q')
    git(main, 'commit', '-q', '--allow-empty', '-m', 'one')
    const ours = join(main, '.yard', 'worktrees', 'task-1a2b3c')
    const theirs = join(root, 'elsewhere', 'feature')
    git(main, 'worktree', 'add', '-q', ours)
    git(main, 'worktree', 'add', '-q', theirs)
    for (const place of [ours, make(ours, 'deep'), theirs, make(theirs, 'src', 'deep')]) {
      expect(rootOf(place)).toBe(main)
      expect(passedOverYard(place, yardPaths(main))).toBeNull()
    }
  })
})

describe('the user’s own folders', () => {
  it('follow XDG where that is absolute, else the custom of the system', () => {
    const env = { HOME: '/h' }
    expect(userPaths(env, 'linux')).toEqual({
      config: '/h/.config/yard/config.toml',
      data: '/h/.local/share/yard',
    })
    expect(userPaths(env, 'darwin').data).toBe('/h/Library/Application Support/yard')
    expect(userPaths({ ...env, XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: 'rel' }, 'linux')).toEqual({
      config: '/c/yard/config.toml',
      data: '/h/.local/share/yard',
    })
    expect(
      userPaths({ USERPROFILE: '/u', APPDATA: '/u/R', LOCALAPPDATA: '/u/L' }, 'win32'),
    ).toEqual({
      config: '/u/R/yard/config.toml',
      data: '/u/L/yard',
    })
  })
})

it('the cache lies in an absolute folder of the user, or nowhere', () => {
  const env = { HOME: '/h', XDG_CACHE_HOME: '/c' }
  expect(userCache(env, 'linux')).toBe('/c/yardmaster')
  expect(userCache({ ...env, XDG_CACHE_HOME: 'rel' }, 'linux')).toBe('/h/.cache/yardmaster')
  expect(userCache({ HOME: '/h' }, 'darwin')).toBe('/h/Library/Caches/yardmaster')
  expect(userCache({ LOCALAPPDATA: '/u/L' }, 'win32')).toBe('/u/L/yardmaster/Cache')
  expect(userCache({ HOME: '.' }, 'linux')).toBeNull()
})

it('an old Node is told apart by its Node-API', () => {
  expect(nodeProblem({ node: '20.1.0', napi: '9' })).toContain('Node 20.1.0 is too old')
  expect(nodeProblem(process.versions)).toBeNull()
})

describe('whether a folder lies in another', () => {
  it.each([
    ['/', '/', true],
    ['/', '/a/b', true],
    ['/a', '/a', true],
    ['/a', '/a/..b', true],
    ['/a', '/ab', false],
    ['/a/b', '/a', false],
    ['/a', '/b', false],
  ])('%s holds %s: %s', (root, folder, holds) => {
    expect(isWithin(root, folder)).toBe(holds)
  })
})
