/** What becomes of worktrees and results by the yard's configuration, with real shells in a real repository. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { findYard } from '../../../src/config/paths.ts'
import { addTask, copyOf, untilTask } from '../real-place.ts'
import { checkoutOf, openGitYard, type GitYard } from './git-yard.ts'
import { eventually } from '../../support/eventually.ts'
import { runningIn } from '../../support/running-in.ts'

const worktreeOf = async (at: GitYard, id: string): Promise<string> => {
  const task = await at.client.task.get({ id })
  return task.worktreePath ?? ''
}
const landed = (at: GitYard, id: string) => at.until(id, (task) => task.landing?.state === 'landed')

describe('a new worktree', { timeout: 60_000 }, () => {
  it('gets copies of ignored files and is set up once, before its agent', async () => {
    const at = await openGitYard({
      files: { 'a.txt': 'one\n', '.gitignore': '.env\nready\n' },
      config: () => ['[worktree]', 'copy = [".env"]', 'setup = "cat .env >> ready; echo set up"'],
    })
    at.write({ '.env': 'KEY=1\n' })
    await at.add('work', 'cat ready > out.txt', [], { maxAttempts: 1 })
    const { resultCommit, lastAgentId } = await at.done('work')
    expect(at.at(resultCommit ?? '', 'out.txt')).toBe('KEY=1')
    const setup = join(at.place.paths.agents, lastAgentId ?? '', 'setup')
    expect(readFileSync(join(setup, 'stdout.log'), 'utf8')).toBe('set up\n')
    await at.client.task.reopen({ id: 'work' })
    await at.until('work', ({ state, generation }) => state.kind === 'done' && generation === 2)
    expect(readFileSync(join(await worktreeOf(at, 'work'), 'ready'), 'utf8')).toBe('KEY=1\n')
  })

  it('that cannot be set up stops the task, with the last words of the line', async () => {
    const at = await openGitYard({
      config: () => ['[worktree]', 'setup = "echo no such package >&2; exit 3"'],
    })
    await at.add('work', 'echo x > x.txt')
    const task = await at.until('work', ({ state }) => state.kind === 'failed')
    expect(task.state).toMatchObject({
      failure: { class: 'isolation', exitCode: 3, detail: 'no such package' },
    })
    expect(readdirSync(await worktreeOf(at, 'work').catch(() => at.root))).not.toContain('x.txt')
  })

  it('whose setup takes too long leaves nothing running', async () => {
    const at = await openGitYard({
      config: () => ['[worktree]', 'setup = "sleep 1000 & wait"', 'setup_timeout = "1s"'],
    })
    await at.add('work', 'true')
    const task = await at.until('work', ({ state }) => state.kind === 'failed')
    expect(task.state).toMatchObject({ failure: { class: 'isolation' } })
    expect(runningIn(join(at.place.paths.worktrees, worktreeName(at)))).toEqual([])
  })
})

const worktreeName = (at: GitYard): string => readdirSync(at.place.paths.worktrees)[0] ?? ''

describe('a result', { timeout: 60_000 }, () => {
  it('keeps out what is uncommitted where that is wanted, and the worktree keeps it', async () => {
    const at = await openGitYard({ config: () => ['[worktree]', 'uncommitted = "keep"'] })
    const commits =
      'echo in > in.txt; git add in.txt; git -c user.name=A -c user.email=a@x commit -qm in'
    await at.add('work', `${commits}; echo out > out.txt`)
    const { resultCommit } = await at.done('work')
    expect(at.git('ls-tree', '--name-only', resultCommit ?? '')).toBe('a.txt\nin.txt')
    expect((await at.client.change.of({ task: 'work' })).notes).toEqual([
      '1 uncommitted files stay in the worktree and are not in the result',
    ])
    const [listed] = await at.client.change.worktrees()
    expect(listed).toMatchObject({ task: 'work', uncommitted: 1, unmerged: 1, canGo: false })
  })

  it('is not merged when its verify command fails on the merged tree, and is after it was mended', async () => {
    const at = await openGitYard()
    await at.add('work', 'echo two > b.txt', [], {
      verify: 'test ! -e broken || { echo is broken >&2; exit 4; }',
    })
    await at.done('work')
    at.commit({ broken: '' })
    const before = checkoutOf(at)
    const refused = await at.client.change.land({ task: 'work', waitMs: 50_000 })
    expect(refused).toMatchObject({ state: 'refused', target: 'main' })
    expect(refused.reason).toBe('its verify command exited with 4 on the merged tree: is broken')
    expect(checkoutOf(at)).toBe(before)
    await eventually(() => {
      expect(readdirSync(join(at.place.paths.yard, 'landings'))).toEqual([])
      expect(at.git('worktree', 'list')).not.toContain('landings')
    })
    at.git('rm', '-q', 'broken')
    at.commit({})
    expect(await at.client.change.land({ task: 'work', waitMs: 50_000 })).toMatchObject({
      state: 'landed',
    })
    expect(at.at('main', 'b.txt')).toBe('two')
  })

  it('stays a pull request when it is asked for with all others, and every hint says so', async () => {
    const at = await openGitYard()
    const verify = 'test ! -e broken'
    await at.add('first', 'echo one > 1.txt')
    await at.add('second', 'echo two > 2.txt', [], { verify })
    await at.add('third', 'echo three > 3.txt')
    for (const id of ['first', 'second', 'third']) await at.done(id)
    at.commit({ broken: '' })
    const refused = await at.client.change.land({
      task: 'second',
      pullRequest: true,
      waitMs: 50_000,
    })
    expect(refused).toMatchObject({ state: 'refused', pullRequest: true })
    expect((await at.client.task.why({ id: 'second' })).text).toContain('yard merge second --pr')
    at.git('rm', '-q', 'broken')
    at.commit({})
    expect(await at.client.change.landAll({})).toEqual({
      tasks: ['first', 'second', 'third'],
      conflicts: [],
    })
    await landed(at, 'third')
    const second = await at.client.change.land({ task: 'second', waitOnly: true, waitMs: 50_000 })
    expect(second).toMatchObject({ state: 'prepared', pullRequest: true })
    expect(at.git('ls-tree', '--name-only', 'main').split('\n')).toEqual([
      '1.txt',
      '3.txt',
      'a.txt',
    ])
  })

  it('asked for as what the policy is already is no wish of its own', async () => {
    const at = await openGitYard({ config: () => ['[worktree]', 'land = "pr"'] })
    await at.add('work', 'echo two > b.txt')
    await at.done('work')
    expect(
      await at.client.change.land({ task: 'work', pullRequest: true, waitMs: 50_000 }),
    ).toMatchObject({ state: 'prepared', pullRequest: false })
    expect(await at.client.change.land({ task: 'work', waitMs: 50_000 })).toMatchObject({
      state: 'prepared',
    })
  })

  it('lands by itself with land = "auto", in the order of the graph, and gc takes its worktree', async () => {
    const at = await openGitYard({ config: () => ['[worktree]', 'land = "auto"'] })
    await at.add('one', 'echo 1 > one.txt')
    await at.add('two', 'cat one.txt > two.txt', ['one'])
    await landed(at, 'two')
    await landed(at, 'one')
    expect(at.at('main', 'two.txt')).toBe('1')
    expect(at.git('status', '--porcelain')).toBe('')
    expect((await at.client.change.gc({ dryRun: true })).removed).toHaveLength(2)
    const gone = await at.client.change.gc({})
    expect(gone).toMatchObject({
      removed: [{ branchRemoved: true }, { branchRemoved: true }],
      kept: [],
    })
    expect(readdirSync(at.place.paths.worktrees)).toEqual([])
    expect(at.git('branch', '--list', 'yard/*')).toBe('')
  })

  it('that changed nothing says so, and gc takes its worktree while it holds nothing', async () => {
    const at = await openGitYard()
    for (const id of ['idle', 'left', 'kept']) await at.add(id, 'true')
    for (const id of ['idle', 'left', 'kept']) await at.done(id)
    await expect(at.client.change.land({ task: 'idle', waitMs: 1000 })).rejects.toMatchObject({
      data: { hint: 'it has no result in git: it changed nothing' },
    })
    writeFileSync(join(await worktreeOf(at, 'left'), 'late.txt'), 'late\n')
    const own = await worktreeOf(at, 'kept')
    at.git('-C', own, 'commit', '--quiet', '--allow-empty', '--message', 'of its own')
    const { removed, kept } = await at.client.change.gc({})
    expect(removed).toMatchObject([{ keptAt: null, branchRemoved: true }])
    expect(kept.map(({ task }) => task).toSorted()).toEqual(['kept', 'left'])
  })

  it('keeps its worktree where that has got something else while others are removed', async () => {
    const at = await openGitYard({ config: () => ['[worktree]', 'land = "auto"'] })
    await at.add('one', 'echo 1 > one.txt')
    await at.add('two', 'echo 2 > two.txt')
    for (const id of ['one', 'two']) await landed(at, id)
    const late = join(await worktreeOf(at, 'two'), 'late.txt')
    // It gets there when the first is on its way out, after both were looked at.
    const git = join(at.place.home, 'bin', 'git')
    mkdirSync(dirname(git))
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    const line = `case " $* " in *" worktree remove "*) echo late > '${late}' ;; esac`
    writeFileSync(git, `#!/bin/sh\n${line}\nexec '${real}' "$@"\n`, { mode: 0o755 })
    vi.stubEnv('PATH', `${dirname(git)}:${process.env['PATH'] ?? ''}`)
    const { removed, kept } = await at.client.change.gc({})
    expect(removed).toHaveLength(1)
    expect(kept).toMatchObject([{ task: 'two', uncommitted: 1, canGo: false }])
    expect(readFileSync(late, 'utf8')).toBe('late\n')
  })

  it('is prepared and pushed with land = "pr", and the target does not move', async () => {
    const at = await openGitYard({
      config: () => ['[worktree]', 'land = "pr"', 'push = true', 'remote = "hub"'],
      prepare({ git, place }) {
        execFileSync('git', ['init', '-q', '--bare', join(place.home, 'hub.git')])
        git('remote', 'add', 'hub', join(place.home, 'hub.git'))
      },
    })
    const main = at.git('rev-parse', 'main')
    await at.add('work', 'echo two > b.txt', [], { description: 'Why it is so.' })
    const { landing, worktreeName: name } = await at.until(
      'work',
      (task) => task.landing !== null && task.landing.state !== 'queued',
    )
    expect(landing).toMatchObject({ state: 'prepared', target: 'main' })
    expect(at.git('rev-parse', 'main')).toBe(main)
    expect(at.git('ls-remote', 'hub')).toBe(`${landing?.commit}\trefs/heads/yard/${name}`)
    const text = readFileSync(
      join(at.place.paths.yard, 'landings', name ?? '', 'pull-request.md'),
      'utf8',
    )
    expect(text).toContain('# Task work\n\nWhy it is so.')
    expect(text).toContain('- b.txt (+1 −0)')
  })

  it('that was asked for lands after the owner died, and only once', async () => {
    const at = await openGitYard({ config: () => ['[worktree]', 'target = "main"'] })
    await at.add('work', 'echo two > b.txt')
    await at.done('work')
    at.write({ 'b.txt': 'in the way\n' })
    expect(await at.client.change.land({ task: 'work', waitMs: 50_000 })).toMatchObject({
      state: 'refused',
    })
    at.git('clean', '-fdq')
    // Asked for, and gone before anything was done about it.
    await at.client.change.land({ task: 'work' })
    await at.yard.close()
    await at.reopenAnew()
    const { landing } = await landed(at, 'work')
    expect(at.git('rev-parse', 'main')).toBe(landing?.commit)
    await at.client.change.land({ task: 'work', waitMs: 50_000 })
    expect(at.git('rev-parse', 'main')).toBe(landing?.commit)
  })
})

it('an owner that leaves while a result is verified takes no word of that, and the next one lands it', async () => {
  const at = await openGitYard()
  const slow = 'test -e ../../../slow && { touch ../../../begun; sleep 600; }; true'
  at.write({ '.git/info/exclude': '.yard/\nslow\nbegun\n' })
  await at.add('work', 'echo two > b.txt', [], { verify: slow })
  await at.done('work')
  at.write({ '.yard/slow': '' })
  await at.client.change.land({ task: 'work' })
  await eventually(() => expect(existsSync(join(at.root, '.yard/begun'))).toBe(true))
  await at.yard.close()
  rmSync(join(at.root, '.yard/slow'))
  await at.reopenAnew()
  const { landing } = await landed(at, 'work')
  expect(landing?.commit).toBe(at.git('rev-parse', 'main'))
}, 60_000)

it('an owner takes away what an earlier one left of a landing that nobody asks for any more', async () => {
  const at = await openGitYard()
  await at.add('work', 'echo two > b.txt')
  const { worktreeName } = await at.done('work')
  await at.yard.close()
  const left = join(at.place.paths.yard, 'landings', worktreeName ?? '')
  at.git('worktree', 'add', '--quiet', '--detach', join(left, 'tree'), 'main')
  await at.reopenAnew()
  await eventually(() => {
    expect(existsSync(left)).toBe(false)
    expect(at.git('worktree', 'list')).not.toContain('landings')
  })
}, 60_000)

describe('beside others', { timeout: 60_000 }, () => {
  it('two yards in one repository keep their branches and results apart', async () => {
    const at = await openGitYard()
    const inner = await at.place.init('project/inner')
    at.git('add', '--all')
    const other = await at.place.open({ paths: inner })
    try {
      await at.add('same', 'echo outer > same.txt')
      await addTask(other, {
        id: 'same' as never,
        title: 'Same',
        exec: 'echo inner > same.txt',
        worktree: 'on',
      })
      const mine = await at.done('same')
      const theirs = await untilTask(
        other,
        'same',
        ({ state }) => state.kind !== 'open' && state.kind !== 'in-progress',
      )
      expect(theirs.state.kind).toBe('done')
      expect(theirs.worktreeName).not.toBe(mine.worktreeName)
      expect(at.at(mine.resultCommit ?? '', 'same.txt')).toBe('outer')
      expect(at.at(theirs.resultCommit ?? '', 'same.txt')).toBe('inner')
      expect(
        at.git('for-each-ref', '--format=%(refname)', 'refs/yard/results').split('\n'),
      ).toHaveLength(2)
    } finally {
      await other.close()
    }
  })

  it('a verb inside a worktree finds the main yard', async () => {
    const at = await openGitYard()
    await at.add('work', 'mkdir deep && echo x > deep/x.txt')
    await at.done('work')
    const found = findYard(join(await worktreeOf(at, 'work'), 'deep'), {}, null)
    expect(found).toMatchObject({ ok: true, value: { root: at.root } })
  })

  it('outside git it says that there is nothing to merge', async () => {
    const at = await openGitYard()
    await addTask(at.yard, { id: 'plain' as never, title: 'Plain', exec: 'true', worktree: 'off' })
    await at.done('plain')
    await expect(at.client.change.land({ task: 'plain' })).rejects.toMatchObject({
      code: 'wrong-state',
      message: expect.stringContaining('cannot be merged'),
    })
    expect(await at.client.change.of({ task: 'plain' })).toMatchObject({ result: null, files: [] })
  })
})

it('a yard that nobody has confirmed merges nothing by itself, and says so when it is asked', async () => {
  const at = await openGitYard()
  await at.add('work', 'echo two > b.txt')
  await at.done('work')
  await at.yard.close()
  const copy = join(at.place.home, 'copy')
  execFileSync('cp', ['-r', at.root, copy])
  writeFileSync(join(copy, '.yard/config.toml'), '[worktree]\nland = "auto"\n')
  const main = at.git('-C', copy, 'rev-parse', 'main')
  await at.reopenAnew(copyOf(copy))
  expect(at.yard.isTrusted()).toBe(false)
  await expect(at.client.change.land({ task: 'work' })).rejects.toMatchObject({ code: 'untrusted' })
  await at.yard.coordinator.tick()
  expect((await at.client.change.of({ task: 'work' })).landing).toBeNull()
  expect(at.git('-C', copy, 'rev-parse', 'main')).toBe(main)
}, 60_000)
