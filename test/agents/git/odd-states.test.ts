/** Repositories in states that nobody wants: each is told in words, and nothing of anybody's is lost. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { taskBase } from '../../../src/agents/git/worktree/base.ts'
import { landingTarget, mergeIntoTarget, moveTarget } from '../../../src/agents/git/landing/land.ts'
import { preparePullRequest } from '../../../src/agents/git/landing/pull-request.ts'
import type { Repository } from '../../../src/agents/git/repository.ts'
import { addScratchTree } from '../../../src/agents/git/worktree/checkout.ts'
import type { LandingOrder } from '../../../src/domain/landing.ts'
import { taskId } from '../../support/plan-builder.ts'
import {
  checkoutState,
  commit,
  git,
  gitThat,
  moveTo,
  must,
  mustFail,
  open,
  prepare,
  project,
  sandbox,
  worked,
  workOf,
  write,
  type Sandbox,
  type Worked,
} from './git-sandbox.ts'

const work = (box: Sandbox, files: Record<string, string>): Promise<Worked> =>
  worked(box, 't1', files)

async function land(repo: Repository, made: string, branch: string | null = null) {
  const target = must(await landingTarget(repo, branch))
  const merged = must(await mergeIntoTarget(repo, target, workOf(made)))
  return must(await moveTarget(repo, target, moveTo(merged.commit)))
}

/** What git says when the disk is full, for this command of it. */
const fullFor = (box: Sandbox, command: string, before = ''): void =>
  gitThat(
    box,
    `case " $* " in *" ${command} "*) ${before} echo 'fatal: cannot write: No space left on device' >&2; exit 128 ;; esac`,
  )

/** The git of before again. */
const room = (): void => void vi.stubEnv('PATH', process.env['PATH']?.replace(/^[^:]*:/, ''))

describe('a full disk', () => {
  it('lets nothing land, and the same landing goes through when there is room', async () => {
    const box = sandbox()
    project(box)
    const { made } = await work(box, { 'b.txt': 'two\n' })
    commit(box.root, { 'c.txt': 'three\n' })
    const before = checkoutState(box.root)
    const repo = await open(box.root)
    const target = must(await landingTarget(repo, null))
    for (const command of ['merge-tree', 'commit-tree']) {
      fullFor(box, command)
      const failed = mustFail(await mergeIntoTarget(repo, target, workOf(made)))
      expect(failed).toMatchObject({ problem: 'disk-full' })
      room()
    }
    expect(checkoutState(box.root)).toBe(before)
    expect(await land(repo, made)).toEqual({ kind: 'moved' })
  })

  it('that comes in the middle of moving a checkout is told with the way back, which loses nothing', async () => {
    const box = sandbox()
    project(box, { 'a.txt': 'one\n', 'mine.txt': 'x\n' })
    const { made } = await work(box, { 'a.txt': 'theirs\n', 'b.txt': 'two\n' })
    write(box.root, { 'mine.txt': 'changed by me\n' })
    const tip = git(box.root, 'rev-parse', 'main')
    fullFor(box, 'merge', 'printf half > a.txt; printf tw > b.txt;')
    const moved = await land(await open(box.root), made)
    expect(moved).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/the disk of .* is full; free some space.* git stash push/),
    })
    expect(git(box.root, 'rev-parse', 'main')).toBe(tip)
    room()
    const reason = 'reason' in moved ? moved.reason : ''
    const words = /git (stash push .*) takes/.exec(reason)?.[1] ?? ''
    git(box.root, ...words.split(' '))
    expect(readFileSync(join(box.root, 'mine.txt'), 'utf8')).toBe('changed by me\n')
    expect(await land(await open(box.root), made)).toEqual({ kind: 'moved' })
    expect(readFileSync(join(box.root, 'b.txt'), 'utf8')).toBe('two\n')
  })

  it('that is a real one stops the move of a checkout, and all is as it was when there is room', async (context) => {
    const box = sandbox()
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', box.root])
    if (mounted.status !== 0) return context.skip('nothing can be mounted here')
    onTestFinished(() => void spawnSync('umount', ['--lazy', box.root]))
    project(box, { 'a.txt': 'one\n' })
    const { made } = await work(box, { 'b.hex': randomBytes(1_000_000).toString('hex') })
    const tip = git(box.root, 'rev-parse', 'main')
    const filler = join(box.home, 'project', '.yard', 'filler')
    expect(() => writeFileSync(filler, Buffer.alloc(16_000_000))).toThrow(/ENOSPC/)
    truncateSync(filler, statSync(filler).size - 500_000)
    const moved = await land(await open(box.root), made)
    expect(moved).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/is full/) })
    expect(git(box.root, 'rev-parse', 'main')).toBe(tip)
    expect(readFileSync(join(box.root, 'a.txt'), 'utf8')).toBe('one\n')
    rmSync(filler)
    const words = /git (stash push .*) takes/.exec('reason' in moved ? moved.reason : '')?.[1]
    if (words !== undefined) git(box.root, ...words.split(' '))
    expect(git(box.root, 'status', '--porcelain')).toBe('')
    expect(await land(await open(box.root), made)).toEqual({ kind: 'moved' })
  })

  it('leaves no half tree to be verified in', async () => {
    const box = sandbox()
    const first = project(box)
    const repo = await open(box.root)
    const tree = join(box.root, '.yard/landings/t1/tree')
    fullFor(box, 'reset')
    expect(mustFail(await addScratchTree(repo, tree, first)).problem).toBe('disk-full')
    room()
    must(await addScratchTree(repo, tree, first))
    expect(readFileSync(join(tree, 'a.txt'), 'utf8')).toBe('one\n')
  })

  it('gives a task no half worktree, and a whole one when there is room', async () => {
    const box = sandbox()
    project(box)
    fullFor(box, 'reset', 'printf half > a.txt;')
    await expect(prepare(box, 't1')).rejects.toThrow(/the disk of .* is full/)
    room()
    const at = await prepare(box, 't1')
    expect(readFileSync(join(at.path, 'a.txt'), 'utf8')).toBe('one\n')
    expect(git(at.path, 'status', '--porcelain')).toBe('')
  })
})

describe('the branch of a task that a person has checked out', () => {
  it('does not hinder its landing on another branch, and their folder stays', async () => {
    const box = sandbox()
    project(box)
    const { at, made } = await work(box, { 'b.txt': 'two\n' })
    git(at.path, 'switch', '-q', '--detach')
    git(box.root, 'switch', '-q', at.branch)
    const repo = await open(box.root)
    const before = checkoutState(box.root)
    expect(mustFail(await landingTarget(repo, null)).message).toMatch(/is the branch of a task/)
    expect(await land(repo, made, 'main')).toEqual({ kind: 'moved' })
    expect(checkoutState(box.root)).toBe(before)
  })

  const orderOf = (box: Sandbox, made: string): LandingOrder => ({
    taskId: taskId('t1'),
    title: 'A task',
    description: '',
    askedAt: 1,
    verify: null,
    result: made,
    commit: made,
    folder: box.root,
    name: '',
    target: null,
    how: { kind: 'pr', remote: null },
  })
  /** A result that a merge task has carried on beyond the branch. */
  async function carriedOn(box: Sandbox) {
    const { at, made } = await work(box, { 'b.txt': 'two\n' })
    const tree = git(box.root, 'rev-parse', `${commit(box.root, { 'c.txt': 'x\n' })}^{tree}`)
    const on = git(box.root, 'commit-tree', '-p', made, '-m', 'on', tree)
    const order = { ...orderOf(box, on), name: at.branch.replace(/^yard\//, '') }
    const repo = await open(box.root)
    const target = must(await landingTarget(repo, 'main'))
    return { at, repo, on, request: { order, target, folder: join(box.home, 'pr'), remote: null } }
  }

  it('goes along with its own worktree when a pull request is prepared, so that nothing there looks undone', async () => {
    const box = sandbox()
    project(box)
    const { at, repo, on, request } = await carriedOn(box)
    must(await preparePullRequest(repo, request))
    expect(git(box.root, 'rev-parse', at.branch)).toBe(on)
    expect(git(at.path, 'status', '--porcelain')).toBe('')
    expect(readFileSync(join(at.path, 'c.txt'), 'utf8')).toBe('x\n')
  })

  it('is not moved for a pull request where that would write over their changes', async () => {
    const box = sandbox()
    project(box)
    const { at, repo, request } = await carriedOn(box)
    write(at.path, { 'c.txt': 'mine\n' })
    const before = git(box.root, 'rev-parse', at.branch)
    const failed = mustFail(await preparePullRequest(repo, request))
    expect(failed.message).toMatch(/has changes in c\.txt; commit or stash them/)
    expect(git(box.root, 'rev-parse', at.branch)).toBe(before)
    expect(readFileSync(join(at.path, 'c.txt'), 'utf8')).toBe('mine\n')
  })
})

describe('a bare repository', () => {
  const bareOf = (box: Sandbox): string => {
    project(box)
    const bare = join(box.home, 'bare.git')
    git(box.home, 'clone', '-q', '--bare', box.root, bare)
    return bare
  }

  it('whose HEAD names a branch that is not there begins no work at nothing, and says how to go on', async () => {
    const box = sandbox()
    const bare = bareOf(box)
    git(bare, 'symbolic-ref', 'HEAD', 'refs/heads/master')
    const repo = await open(bare)
    const request = { repo, name: 't1', generation: 1, results: [] }
    for (const failed of [
      mustFail(await taskBase({ ...request, target: null })),
      mustFail(await landingTarget(repo, null)),
    ])
      expect(failed).toMatchObject({
        problem: 'no-branch',
        message: expect.stringMatching(/names master, .* yard config worktree\.target main$/),
      })
    const main = git(bare, 'rev-parse', 'main')
    expect(must(await taskBase({ ...request, target: 'refs/heads/main' }))).toBe(main)
    expect(must(await landingTarget(repo, 'main'))).toMatchObject({ branch: 'main', tip: main })
    expect(git(bare, 'branch', '--list', 'master')).toBe('')
  })

  it('without any commit gets its first one', async () => {
    const box = sandbox()
    const bare = join(box.home, 'bare.git')
    git(box.home, 'init', '-q', '--bare', '-b', 'main', bare)
    const repo = await open(bare)
    const base = must(
      await taskBase({ repo, name: 't1', generation: 1, target: null, results: [] }),
    )
    const made = git(bare, 'commit-tree', '-p', base, '-m', 'x', `${base}^{tree}`)
    expect(await land(repo, made)).toEqual({ kind: 'moved' })
    expect(git(bare, 'rev-parse', 'main')).toBe(made)
  })

  it('without a HEAD is none to git, which is said', async () => {
    const box = sandbox()
    const bare = bareOf(box)
    rmSync(join(bare, 'HEAD'))
    await expect(open(bare)).rejects.toThrow(/is not in a git repository/)
  })
})

describe('files in LFS where git-lfs is missing', () => {
  const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 3\n'
  const withPointers = (box: Sandbox): void => {
    const attributes = '*.bin filter=lfs diff=lfs merge=lfs -text\n'
    project(box, { 'a.bin': POINTER, 'a.txt': 'one\n', '.gitattributes': attributes })
  }
  const needLfs = (box: Sandbox, smudge: string): void => {
    git(box.root, 'config', 'filter.lfs.clean', 'cat')
    git(box.root, 'config', 'filter.lfs.smudge', smudge)
    git(box.root, 'config', 'filter.lfs.required', 'true')
  }

  it('are pointers like any file where no filter is set up', async () => {
    const box = sandbox()
    withPointers(box)
    const { at, made } = await work(box, { 'b.txt': 'two\n' })
    expect(readFileSync(join(at.path, 'a.bin'), 'utf8')).toBe(POINTER)
    commit(box.root, { 'c.txt': 'three\n' })
    expect(await land(await open(box.root), made)).toEqual({ kind: 'moved' })
    expect(git(box.root, 'show', 'main:a.bin')).toBe(POINTER.trimEnd())
  })

  it('stop a task with the name of what is missing where the repository demands it, until it is there', async () => {
    const box = sandbox()
    withPointers(box)
    needLfs(box, 'git-lfs-that-is-not-here smudge')
    await expect(prepare(box, 't1')).rejects.toThrow(
      /the filter git-lfs, .* could not be run; install it/,
    )
    needLfs(box, 'cat')
    const at = await prepare(box, 't1')
    expect(readFileSync(join(at.path, 'a.bin'), 'utf8')).toBe(POINTER)
    expect(git(at.path, 'status', '--porcelain')).toBe('')
  })

  it('do not land half in a checkout: it is told, and the branch stays', async () => {
    const box = sandbox()
    withPointers(box)
    const { made } = await work(box, { 'a.bin': `${POINTER}x 1\n` })
    needLfs(box, 'git-lfs-that-is-not-here smudge')
    const tip = git(box.root, 'rev-parse', 'main')
    const moved = await land(await open(box.root), made)
    expect(moved).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/install it/) })
    expect(git(box.root, 'rev-parse', 'main')).toBe(tip)
    needLfs(box, 'cat')
    git(box.root, 'checkout', '-q', '--', '.')
    expect(await land(await open(box.root), made)).toEqual({ kind: 'moved' })
    expect(readFileSync(join(box.root, 'a.bin'), 'utf8')).toBe(`${POINTER}x 1\n`)
  })
})

describe('a target that another worktree of a person has checked out', () => {
  it('moves with that folder, beside their changes, unless it would write over one of them', async () => {
    const box = sandbox()
    project(box, { 'a.txt': 'one\n', 'x.txt': 'x\n' })
    const { made } = await work(box, { 'a.txt': 'theirs\n' })
    git(box.root, 'switch', '-q', '-c', 'desk')
    const other = join(box.home, 'other')
    git(box.root, 'worktree', 'add', '-q', other, 'main')
    write(other, { 'a.txt': 'mine\n', 'x.txt': 'mine too\n' })
    const before = [checkoutState(box.root), checkoutState(other)]
    const repo = await open(box.root)
    expect(await land(repo, made, 'main')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(`your checkout ${other} has changes in a.txt`),
    })
    expect([checkoutState(box.root), checkoutState(other)]).toEqual(before)
    git(other, 'checkout', '-q', '--', 'a.txt')
    expect(await land(repo, made, 'main')).toEqual({ kind: 'moved' })
    expect(readFileSync(join(other, 'a.txt'), 'utf8')).toBe('theirs\n')
    expect(readFileSync(join(other, 'x.txt'), 'utf8')).toBe('mine too\n')
    expect(checkoutState(box.root)).toBe(before[0])
  })
})
