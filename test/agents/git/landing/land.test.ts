/** Landing on every kind of target: whatever a person has in hand stays, and what cannot be done is said. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  changedFiles,
  commitsBetween,
  patchesOf,
} from '../../../../src/agents/git/landing/changes.ts'
import {
  landingTarget,
  mergeIntoTarget,
  moveTarget,
  obstacleTo,
} from '../../../../src/agents/git/landing/land.ts'
import { markedParts } from '../../../../src/agents/git/landing/merge-tree.ts'
import type { Repository } from '../../../../src/agents/git/repository.ts'
import {
  removeWorktree,
  worktreeFacts,
} from '../../../../src/agents/git/worktree/worktree-facts.ts'
import { copyIgnored } from '../../../../src/agents/runtime/stages/setup-stage.ts'
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
  type Prepared,
} from '../git-sandbox.ts'

const result = async (...work: Parameters<typeof worked>): Promise<string> =>
  (await worked(...work)).made

/** As the lander does it: merged, moved, and what came of it. */
async function land(repo: Repository, made: string, branch: string | null = null) {
  const target = must(await landingTarget(repo, branch))
  const merged = await mergeIntoTarget(repo, target, workOf(made))
  if (!merged.ok) return { kind: 'failed' as const, error: merged.error }
  if (merged.value.isIn) return { kind: 'in' as const, commit: merged.value.commit }
  const moved = must(await moveTarget(repo, target, moveTo(merged.value.commit)))
  return { ...moved, commit: merged.value.commit }
}

describe('landing', () => {
  it('merges beside what the target got meanwhile, in a clean checkout, files and all', async () => {
    const box = sandbox()
    project(box)
    const made = await result(box, 't1', { 'b.txt': 'two\n' })
    commit(box.root, { 'c.txt': 'three\n' })
    const landed = await land(await open(box.root), made)
    expect(landed.kind).toBe('moved')
    expect(git(box.root, 'status', '--porcelain')).toBe('')
    expect(readFileSync(join(box.root, 'b.txt'), 'utf8')).toBe('two\n')
    expect(git(box.root, 'log', '-1', '--format=%B')).toContain(`Yard-Result: ${made}`)
    // Again, as after a crash: it is there, and nothing is made.
    expect(await land(await open(box.root), made)).toEqual({ kind: 'in', commit: landed.commit })
  })

  it('makes the same commit again, so that a crash between merge and move leaves nothing behind', async () => {
    const box = sandbox()
    project(box)
    const made = await result(box, 't1', { 'b.txt': 'two\n' })
    commit(box.root, { 'c.txt': 'three\n' })
    const repo = await open(box.root)
    const target = must(await landingTarget(repo, null))
    const first = must(await mergeIntoTarget(repo, target, workOf(made)))
    expect(must(await mergeIntoTarget(repo, target, workOf(made)))).toEqual(first)
  })

  it.each([
    ['changed', { 'a.txt': 'mine\n' }, () => undefined],
    ['staged', { 'a.txt': 'mine\n' }, (root: string): void => void git(root, 'add', '-A')],
    ['untracked', { 'b.txt': 'mine\n' }, () => undefined],
    [
      'ignored',
      { 'b.txt': 'mine\n' },
      (root: string): void => write(root, { '.git/info/exclude': 'b.txt\n.yard/\n' }),
    ],
  ] as const)(
    'leaves a checkout alone where a touched file is %s',
    async (_name, mine: Record<string, string>, after: (root: string) => void) => {
      const box = sandbox()
      project(box)
      const made = await result(box, 't1', { 'a.txt': 'theirs\n', 'b.txt': 'theirs\n' })
      write(box.root, mine)
      after(box.root)
      const before = checkoutState(box.root)
      const landed = await land(await open(box.root), made)
      expect(landed).toMatchObject({ kind: 'refused' })
      expect(JSON.stringify(landed)).toContain(`has changes in ${Object.keys(mine)[0]}`)
      expect(checkoutState(box.root)).toBe(before)
      expect(readFileSync(join(box.root, Object.keys(mine)[0] ?? ''), 'utf8')).toBe('mine\n')
    },
  )

  it('lands beside other changes, staged or not, and never stashes them', async () => {
    const box = sandbox()
    project(box, { 'a.txt': 'one\n', 'x.txt': 'x\n', 'y.txt': 'y\n' })
    git(box.root, 'config', 'merge.autoStash', 'true')
    const made = await result(box, 't1', { 'a.txt': 'theirs\n' })
    write(box.root, { 'x.txt': 'staged\n', 'y.txt': 'changed\n' })
    git(box.root, 'add', 'x.txt')
    expect(await land(await open(box.root), made)).toMatchObject({ kind: 'moved' })
    expect(git(box.root, 'status', '--porcelain')).toBe('M  x.txt\n M y.txt')
    expect(git(box.root, 'stash', 'list')).toBe('')
  })

  it('moves a branch that nobody has checked out, by compare-and-set', async () => {
    const box = sandbox()
    project(box)
    const made = await result(box, 't1', { 'b.txt': 'two\n' })
    git(box.root, 'switch', '-q', '-c', 'desk')
    const before = checkoutState(box.root)
    const repo = await open(box.root)
    const target = must(await landingTarget(repo, 'main'))
    const merged = must(await mergeIntoTarget(repo, target, workOf(made)))
    expect(must(await moveTarget(repo, target, moveTo(merged.commit)))).toEqual({ kind: 'moved' })
    expect(git(box.root, 'rev-parse', 'main')).toBe(merged.commit)
    expect(checkoutState(box.root)).toBe(before)
    // Whoever looked before that comes too late.
    const other = git(box.root, 'commit-tree', '-m', 'other', `${made}^{tree}`)
    expect(must(await moveTarget(repo, target, moveTo(other)))).toEqual({ kind: 'stale' })
    expect(git(box.root, 'rev-parse', 'main')).toBe(merged.commit)
  })

  it.each([
    ['that has a checkout', 'main', 'symbolic-ref'],
    ['that nobody has checked out', 'desk', 'worktree'],
  ] as const)(
    'does not move a branch %s once it is withdrawn, however late that is',
    async (_what, at, last) => {
      const box = sandbox()
      project(box)
      const made = await result(box, 't1', { 'b.txt': 'two\n' })
      if (at !== 'main') git(box.root, 'switch', '-q', '-c', at)
      const repo = await open(box.root)
      const target = must(await landingTarget(repo, 'main'))
      const before = checkoutState(box.root)
      const withdrawn = join(box.home, 'withdrawn')
      // It is withdrawn by the last command that comes before the move.
      gitThat(box, `case " $* " in *" ${last} "*) touch '${withdrawn}' ;; esac`)
      const move = moveTo(made, () => existsSync(withdrawn))
      expect(must(await moveTarget(repo, target, move))).toEqual({ kind: 'withdrawn' })
      expect(git(box.root, 'rev-parse', 'main')).toBe(target.tip)
      expect(checkoutState(box.root)).toBe(before)
    },
  )

  it('does not move a branch under a rebase, a merge or in a folder that is gone', async () => {
    const box = sandbox()
    project(box)
    const made = await result(box, 't1', { 'b.txt': 'two\n' })
    const repo = await open(box.root)
    const target = must(await landingTarget(repo, 'main'))
    mkdirSync(join(box.root, '.git/rebase-merge'))
    writeFileSync(join(box.root, '.git/rebase-merge/head-name'), 'refs/heads/main\n')
    expect(mustFail(await obstacleTo(repo, target, made)).message).toMatch(/rebase of main/)
    rmSync(join(box.root, '.git/rebase-merge'), { recursive: true })
    writeFileSync(join(box.root, '.git/MERGE_HEAD'), `${made}\n`)
    expect(must(await obstacleTo(repo, target, made))).toMatch(/a merge is under way/)
    rmSync(join(box.root, '.git/MERGE_HEAD'))
    git(box.root, 'switch', '-q', '-c', 'desk')
    const linked = join(box.home, 'linked')
    git(box.root, 'worktree', 'add', '-q', linked, 'main')
    rmSync(linked, { recursive: true })
    expect(must(await obstacleTo(repo, target, made))).toMatch(/cannot be reached/)
  })

  it('names both sides and the clashing lines of a conflict, and changes nothing', async () => {
    const box = sandbox()
    project(box)
    const made = await result(box, 't1', { 'a.txt': 'theirs\n' })
    const tip = commit(box.root, { 'a.txt': 'mine\n' })
    const before = checkoutState(box.root)
    const landed = await land(await open(box.root), made)
    expect(landed).toMatchObject({
      kind: 'failed',
      error: { kind: 'merge-conflict', ours: tip, theirs: made, paths: ['a.txt'] },
    })
    expect(checkoutState(box.root)).toBe(before)
  })

  it('knows a result that a person brought there by squash, or by a commit that names it', async () => {
    const box = sandbox()
    project(box)
    const made = await result(box, 't1', { 'b.txt': 'two\n' })
    git(box.root, 'merge', '--squash', '-q', made)
    const squash = commit(box.root, {}, 'squashed')
    expect(await land(await open(box.root), made)).toEqual({ kind: 'in', commit: squash })
    const named = commit(box.root, { 'b.txt': 'rewritten\n' }, `x\n\nYard-Result: ${made}`)
    expect(await land(await open(box.root), made)).toEqual({ kind: 'in', commit: named })
  })

  it('says what is wrong with a detached HEAD, a missing branch, and the branch of a task', async () => {
    const box = sandbox()
    project(box)
    await result(box, 't1', { 'b.txt': 'two\n' })
    git(box.root, 'switch', '-q', '--detach')
    const repo = await open(box.root)
    expect(mustFail(await landingTarget(repo, null)).message).toMatch(/HEAD is detached/)
    expect(mustFail(await landingTarget(repo, 'gone')).message).toMatch(/no branch gone/)
    const own = git(box.root, 'branch', '--list', 'yard/*', '--format=%(refname:short)')
    expect(mustFail(await landingTarget(repo, own)).message).toMatch(/branch of a task/)
  })

  it('lands the first work of a repository without a commit, and refuses with a file in the way', async () => {
    const box = sandbox()
    git(box.root, 'init', '-q', '-b', 'main')
    write(box.root, { '.git/info/exclude': '.yard/\n' })
    const made = await result(box, 't1', { 'a.txt': 'one\n' })
    write(box.root, { 'a.txt': 'mine\n' })
    expect(await land(await open(box.root), made)).toMatchObject({ kind: 'refused' })
    rmSync(join(box.root, 'a.txt'))
    expect(await land(await open(box.root), made)).toMatchObject({ kind: 'moved' })
    expect(git(box.root, 'status', '--porcelain')).toBe('')
    expect(readFileSync(join(box.root, 'a.txt'), 'utf8')).toBe('one\n')
  })

  it('lands in a bare repository', async () => {
    const box = sandbox()
    project(box)
    const bare = join(box.home, 'bare.git')
    git(box.home, 'clone', '-q', '--bare', box.root, bare)
    const made = git(bare, 'commit-tree', '-p', 'main', '-m', 'x', git(bare, 'mktree', '--missing'))
    const landed = await land(await open(bare), made)
    expect(landed.kind).toBe('moved')
    expect(git(bare, 'rev-parse', 'main')).toBe(landed.commit)
  })

  it('takes a submodule along as the commit that it names, without fetching it', async () => {
    const box = sandbox()
    project(box)
    const inner = join(box.home, 'inner')
    mkdirSync(inner)
    git(inner, 'init', '-q', '-b', 'main')
    const first = commit(inner, { 'i.txt': 'i' })
    git(box.root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub')
    commit(box.root, {}, 'with a submodule')
    const made = await result(box, 't1', { 'b.txt': 'two\n' })
    commit(box.root, { 'c.txt': 'three\n' })
    expect(await land(await open(box.root), made)).toMatchObject({ kind: 'moved' })
    expect(git(box.root, 'rev-parse', 'HEAD:sub')).toBe(first)
    expect(git(box.root, 'status', '--porcelain')).toBe('')
  })
})

describe('the clashing lines', () => {
  it('are shown with some around them, and what has none is named', () => {
    const around = ['a', 'b', 'c', 'd', 'e']
    const text = [...around, '<<<<<<< x', 'mine', '=======', 'theirs', '>>>>>>> y', ...around]
    expect(markedParts(text.join('\n')).split('\n')).toEqual([
      ...['c', 'd', 'e', '<<<<<<< x', 'mine', '=======', 'theirs', '>>>>>>> y', 'a', 'b', 'c'],
    ])
    const long = ['<'.repeat(40) + ' x', 'mine', '='.repeat(40), 'theirs', '>'.repeat(40) + ' y']
    expect(markedParts(long.join('\n'))).toBe(long.join('\n'))
    expect(markedParts('\0')).toMatch(/binary/)
    expect(markedParts('whole')).toMatch(/no marks/)
    const pointer = 'version https://git-lfs.github.com/spec/v1'
    expect(markedParts(`${pointer}\n${text.join('\n')}`)).toMatch(/^\(kept in LFS/)
  })
})

describe('changes', () => {
  it('tells renames, binaries, odd names and bounds, and runs nothing that the repository names', async () => {
    const box = sandbox()
    const base = project(box, { 'old name.txt': 'a\nb\nc\nd\ne\n', 'gone.txt': 'x\n' })
    const trap = join(box.home, 'ran')
    write(box.root, { '.gitattributes': '* diff=trap\n' })
    for (const key of ['command', 'textconv'])
      git(box.root, 'config', `diff.trap.${key}`, `touch ${trap}; cat`)
    git(box.root, 'config', 'diff.external', `touch ${trap}`)
    git(box.root, 'config', 'color.ui', 'always')
    git(box.root, 'mv', 'old name.txt', 'new "name".txt')
    git(box.root, 'rm', '-q', 'gone.txt')
    writeFileSync(join(box.root, 'pic.bin'), Buffer.from([0, 1, 2, 3]))
    const made = commit(box.root, { 'tab\there.txt': `${'line\n'.repeat(20_000)}` })
    const repo = await open(box.root)
    const { files } = must(await changedFiles(repo.git, base, made))
    expect(
      files.map(({ path, oldPath, status, binary }) => [path, oldPath, status, binary]),
    ).toEqual([
      ['.gitattributes', null, 'added', false],
      ['gone.txt', null, 'deleted', false],
      ['new "name".txt', 'old name.txt', 'renamed', false],
      ['pic.bin', null, 'added', true],
      ['tab\there.txt', null, 'added', false],
    ])
    expect(files.at(-1)).toMatchObject({ insertions: 20_000, deletions: 0 })
    const wish = { base, result: made, files, maxBytes: 50_000 }
    const patches = must(await patchesOf(repo.git, wish))
    expect(patches.map(({ truncated }) => truncated)).toEqual([false, false, false, false, true])
    expect(patches[1]?.patch).toMatch(/^diff --git a\/gone.txt b\/gone.txt\ndeleted file/)
    expect(patches.reduce((sum, { patch }) => sum + patch.length, 0)).toBeLessThanOrEqual(50_000)
    expect(existsSync(trap)).toBe(false)
    const commits = must(await commitsBetween(repo.git, base, made))
    expect(commits).toMatchObject([{ id: made, subject: 'change', author: 'Pat' }])
  })
})

describe('copies of ignored files', () => {
  it('come with their mode, follow no link, and go over nothing', async () => {
    const box = sandbox()
    project(box, { '.gitignore': '.env*\nlink\nsecret/\n', 'sub/kept.txt': 'k\n' })
    const outside = join(box.home, 'outside')
    writeFileSync(outside, 'not yours')
    write(box.root, {
      '.env': 'KEY=1',
      'sub/.env': 'SUB=1',
      'secret/a/b.txt': 'b',
      '.env.other': 'x',
    })
    symlinkSync(outside, join(box.root, 'link'))
    const at = await prepare(box, 't1')
    write(at.path, { '.env': 'the agent wrote this' })
    const request = { ...copying(at), from: box.root, to: at.path, worktree: at.path }
    const globs = ['.env', '**/.env', 'link', 'secret/**', 'sub/kept.txt']
    const notes = must(await copyIgnored({ ...request, globs }))
    expect(notes).toEqual(['link is not a plain file and was not copied'])
    expect(readFileSync(join(at.path, '.env'), 'utf8')).toBe('the agent wrote this')
    expect(readFileSync(join(at.path, 'sub/.env'), 'utf8')).toBe('SUB=1')
    expect(readFileSync(join(at.path, 'secret/a/b.txt'), 'utf8')).toBe('b')
    expect(existsSync(join(at.path, '.env.other'))).toBe(false)
    expect(git(at.path, 'status', '--porcelain')).toBe('')
  })

  it('write nothing through a link that leads out of the worktree', async () => {
    const box = sandbox()
    project(box, { '.gitignore': 'conf/.env\n', 'conf/kept.txt': 'k\n' })
    write(box.root, { 'conf/.env': 'KEY=1' })
    const at = await prepare(box, 't1')
    rmSync(join(at.path, 'conf'), { recursive: true })
    mkdirSync(join(box.home, 'elsewhere'))
    symlinkSync(join(box.home, 'elsewhere'), join(at.path, 'conf'))
    const folders = { from: box.root, to: at.path, worktree: at.path }
    const request = { ...copying(at), ...folders, globs: ['**/.env'] }
    expect(must(await copyIgnored(request))).toEqual([
      'conf/.env would lie outside the worktree and was not copied',
    ])
    expect(existsSync(join(box.home, 'elsewhere/.env'))).toBe(false)
  })
})

const copying = ({ repo }: Prepared) => ({ git: repo.gitIn(repo.toplevel ?? '') })

const FREE = (): Promise<null> => Promise.resolve(null)

describe('worktrees', () => {
  it('tell what they hold besides, and keep it when they are removed', async () => {
    const box = sandbox()
    project(box)
    const at = await prepare(box, 't1')
    commit(at.path, { 'b.txt': 'two\n' })
    write(at.path, { 'c.txt': 'three\n', 'd.txt': 'four\n' })
    const repo = await open(box.root)
    const main = git(box.root, 'rev-parse', 'main')
    const [facts] = must(await worktreeFacts(repo, box.worktrees, main))
    expect(facts).toMatchObject({ branch: at.branch, uncommitted: 2, unmerged: 1, problem: null })
    if (!facts) return
    const gone = must(await removeWorktree(repo, facts, { target: main, whyNot: FREE }))
    expect(gone).toEqual({ keptAt: `refs/yard/kept/${facts.name}`, branchRemoved: false })
    expect(existsSync(at.path)).toBe(false)
    expect(git(box.root, 'show', `${gone.keptAt}:d.txt`)).toBe('four')
    expect(git(box.root, 'rev-parse', `${gone.keptAt}~1`)).toBe(
      git(box.root, 'rev-parse', at.branch),
    )
  })

  it('lose their branch only when the target holds it', async () => {
    const box = sandbox()
    project(box)
    const made = await result(box, 't1', { 'b.txt': 'two\n' })
    const repo = await open(box.root)
    expect(await land(repo, made)).toMatchObject({ kind: 'moved' })
    const [facts] = must(await worktreeFacts(repo, box.worktrees, made))
    expect(facts).toMatchObject({ uncommitted: 0, unmerged: 0 })
    if (!facts) return
    expect(must(await removeWorktree(repo, facts, { target: made, whyNot: FREE }))).toEqual({
      keptAt: null,
      branchRemoved: true,
    })
    expect(git(box.root, 'branch', '--list', 'yard/*')).toBe('')
  })
})
