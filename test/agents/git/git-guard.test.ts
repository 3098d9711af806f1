/** What an agent plants in a repository for git to start is not started when the yard works there, and what a person has set goes on. */
import { MARKER_VARIABLE } from '../../../src/domain/ids.ts'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { changedFiles, commitsBetween, patchesOf } from '../../../src/agents/git/landing/changes.ts'
import { attempted } from '../../../src/agents/git/git-failure.ts'
import {
  acceptSettings,
  refusedSettings,
  type GitGuard,
} from '../../../src/agents/git/git-guard.ts'
import { landingTarget, mergeIntoTarget, moveTarget } from '../../../src/agents/git/landing/land.ts'
import { addScratchTree } from '../../../src/agents/git/worktree/checkout.ts'
import { removeWorktree, worktreeFacts } from '../../../src/agents/git/worktree/worktree-facts.ts'
import {
  collect,
  commit,
  git,
  moveTo,
  must,
  mustFail,
  open,
  prepare,
  project,
  sandbox,
  workOf,
  worked,
  write,
  type Sandbox,
} from './git-sandbox.ts'

interface Scene {
  readonly box: Sandbox
  readonly guard: GitGuard
  /** From now on an agent works, or none does any more. */
  works(isAtWork: boolean): void
  /** A command that notes its name and the marker that it carries. */
  spy(name: string): string
  /** What was started since the last time. */
  started(): string[]
}

function scene(files?: Record<string, string>): Scene {
  const box = sandbox()
  project(box, files)
  const log = join(box.home, 'started')
  const script = join(box.home, 'spy')
  write(box.home, { spy: `#!/bin/sh\necho "$1 $${MARKER_VARIABLE}" >> '${log}'\ncat\n` })
  chmodSync(script, 0o755)
  let isAtWork = false
  return {
    box,
    guard: {
      marker: 'the-agent',
      file: join(box.home, 'git-settings.json'),
      isQuiet: () => !isAtWork,
    },
    works: (now) => void (isAtWork = now),
    spy: (name) => `${script} ${name}`,
    started() {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
      rmSync(log, { force: true })
      return lines
    },
  }
}

const HOOKS = [
  ...['pre-commit', 'post-checkout', 'post-index-change', 'reference-transaction', 'post-merge'],
  ...['pre-push', 'post-commit', 'prepare-commit-msg', 'pre-merge-commit', 'fsmonitor-watchman'],
]

/** A repository in the worktree that is in its index, with settings of its own. */
function plantNested({ spy }: Scene, worktree: string): void {
  const nested = join(worktree, 'nested')
  mkdirSync(nested)
  git(nested, 'init', '-q', '-b', 'main')
  const head = commit(nested, { 'n.txt': 'n\n' })
  git(worktree, 'update-index', '--add', '--cacheinfo', `160000,${head},nested`)
  git(nested, 'config', 'filter.deep.clean', spy('nested-clean'))
  git(nested, 'config', 'core.fsmonitor', spy('nested-fsmonitor'))
  write(nested, { '.git/info/attributes': '* filter=deep\n', 'n.txt': 'changed\n' })
}

/** Everything that git's settings can name. */
function plant({ box, spy }: Scene): void {
  const set = (folder: string, key: string, value: string) => git(folder, 'config', key, value)
  for (const [key, name] of [
    ...['clean', 'smudge', 'process'].map((part) => [`filter.evil.${part}`, part] as const),
    ...['textconv', 'command'].map((part) => [`diff.evil.${part}`, part] as const),
    ['merge.evil.driver', 'driver'],
    ['diff.external', 'external'],
    ['core.fsmonitor', 'fsmonitor'],
    ['gpg.program', 'gpg'],
    ['gpg.ssh.program', 'gpg-ssh'],
    ['core.editor', 'editor'],
    ['sequence.editor', 'sequence-editor'],
    ['core.pager', 'pager'],
    ['pager.diff-tree', 'pager-of'],
    ['credential.helper', 'credential'],
    ['core.askPass', 'askpass'],
    ['core.sshCommand', 'ssh'],
    ['remote.origin.receivepack', 'receivepack'],
  ] as const)
    set(box.root, key, key === 'credential.helper' ? `!${spy(name)}` : spy(name))
  for (const command of ['add', 'status', 'merge', 'reset', 'diff-tree'])
    set(box.root, `alias.${command}`, `!${spy('alias')}`)
  for (const key of ['commit.gpgSign', 'tag.gpgSign', 'log.showSignature', 'push.gpgSign'])
    set(box.root, key, 'true')
  set(box.root, 'filter.evil.required', 'true')
  set(box.root, 'merge.default', 'evil')
  const hooks = Object.fromEntries(
    HOOKS.map((name) => [`.git/hooks/${name}`, `#!/bin/sh\n${spy(`hook-${name}`)} </dev/null\n`]),
  )
  write(box.root, { ...hooks, '.git/info/attributes': '* filter=evil diff=evil merge=evil\n' })
  for (const name of HOOKS) chmodSync(join(box.root, '.git/hooks', name), 0o755)
}

const remoteOf = ({ box }: Scene): string => {
  const remote = join(box.home, 'remote.git')
  git(box.home, 'init', '-q', '--bare', remote)
  git(box.root, 'remote', 'add', 'origin', remote)
  return remote
}

describe('what an agent planted', { timeout: 60_000 }, () => {
  beforeEach(() => void vi.stubEnv(MARKER_VARIABLE, ''))

  it('is not started by collecting, looking, merging, landing, checking out, pushing and removing', async () => {
    const here = scene()
    const { box, guard } = here
    remoteOf(here)
    const at = await prepare(box, 't1', { guard })
    here.works(true)
    plantNested(here, at.path)
    plant(here)
    write(at.path, { 'a.txt': 'two\n', 'b.txt': 'new\n' })
    here.started()
    const repo = await open(box.root, guard)
    const made = await collect({ ...at, repo })
    here.works(false)
    expect(made.notes[0]).toContain('filter.evil.clean')
    const result = made.commit ?? ''
    const { files } = must(await changedFiles(repo.git, at.base, result))
    expect(files.map(({ path }) => path)).toEqual(['a.txt', 'b.txt'])
    must(await patchesOf(repo.git, { base: at.base, result, files, maxBytes: 10_000 }))
    must(await commitsBetween(repo.git, at.base, result))
    must(await worktreeFacts(repo, box.worktrees, at.base))
    await prepare(box, 't2', { guard, results: [{ name: 't1', commit: result }] })
    must(await addScratchTree(repo, join(box.home, 'scratch'), result))
    const target = must(await landingTarget(repo, null))
    const merged = must(await mergeIntoTarget(repo, target, workOf(result)))
    expect(must(await moveTarget(repo, target, moveTo(merged.commit)))).toEqual({ kind: 'moved' })
    expect(readFileSync(join(box.root, 'a.txt'), 'utf8')).toBe('two\n')
    const pushed = await attempted(() =>
      repo.git(['push', '--', 'origin', 'main'], { withHooks: true }),
    )
    expect(mustFail(pushed)).toMatchObject({ problem: 'settings-changed' })
    const gone = { target: result, whyNot: () => Promise.resolve(null) }
    must(await removeWorktree(repo, { name: 't1', path: at.path }, gone))
    expect(here.started()).toEqual([])
  })

  it('does not settle a conflict: the text is merged as git does it by itself', async () => {
    const here = scene()
    const { box, guard } = here
    const one = await worked(box, 't1', { 'a.txt': 'mine\n' })
    const repo = await open(box.root, guard)
    here.works(true)
    git(box.root, 'config', 'merge.evil.driver', here.spy('driver'))
    write(box.root, { '.git/info/attributes': '* merge=evil\n' })
    commit(box.root, { 'a.txt': 'theirs\n' })
    const target = must(await landingTarget(repo, null))
    const clash = mustFail(await mergeIntoTarget(repo, target, workOf(one.made)))
    expect(clash).toMatchObject({ kind: 'merge-conflict', paths: ['a.txt'] })
    expect(here.started()).toEqual([])
  })
})

describe('a filter that stood there before the agent', { timeout: 60_000 }, () => {
  const lfs = async () => {
    const here = scene({ '.gitattributes': '*.bin filter=big\n' })
    git(here.box.root, 'config', 'filter.big.clean', `${here.spy('clean')} | tr a-z A-Z`)
    git(here.box.root, 'config', 'filter.big.smudge', 'cat')
    const at = await prepare(here.box, 't1', { guard: here.guard })
    here.works(true)
    write(at.path, { 'x.bin': 'big file\n' })
    return {
      ...here,
      at,
      again: async () => ({ ...at, repo: await open(here.box.root, here.guard) }),
    }
  }
  const stored = ({ box }: Scene, made: string | null) =>
    git(box.root, 'cat-file', 'blob', `${made}:x.bin`)

  it('goes on, as the agent to the yard', async () => {
    const here = await lfs()
    const made = await collect(await here.again())
    expect(stored(here, made.commit)).toBe('BIG FILE')
    expect([...new Set(here.started())]).toEqual(['clean the-agent'])
  })

  it('goes on as it was when the agent changes or removes it', async () => {
    const here = await lfs()
    git(here.box.root, 'config', 'filter.big.clean', here.spy('evil'))
    git(here.box.root, 'config', '--unset', 'filter.big.smudge')
    const made = await collect(await here.again())
    expect(stored(here, made.commit)).toBe('BIG FILE')
    expect([...new Set(here.started())]).toEqual(['clean the-agent'])
    expect(refusedSettings(here.guard.file).map(({ key }) => key)).toEqual([
      ...['filter.big.clean', 'filter.big.smudge'],
    ])
  })

  it('is refused with a way out where it cannot go on beside what the agent has added', async () => {
    const here = await lfs()
    git(here.box.root, 'config', 'filter.big.process', here.spy('evil'))
    const repo = await open(here.box.root, here.guard)
    const failed = mustFail(await attempted(() => repo.gitIn(here.at.path)(['status'])))
    expect(failed).toMatchObject({ problem: 'settings-changed' })
    expect(failed.message).toContain('git config --unset filter.big.process')
    expect(here.started()).toEqual([])
  })

  it('is a new one once a person has set it while nobody worked, and never what an agent left behind', async () => {
    const here = await lfs()
    git(here.box.root, 'config', 'filter.evil.clean', here.spy('evil'))
    await collect(await here.again())
    here.works(false)
    here.started()
    git(here.box.root, 'config', 'filter.big.clean', `${here.spy('newer')} | rev`)
    const next = await prepare(here.box, 't2', { guard: here.guard })
    here.works(true)
    write(next.path, {
      '.gitattributes': '*.bin filter=big\n*.txt filter=evil\n',
      'x.bin': 'abc\n',
    })
    const made = await collect({ ...next, repo: await open(here.box.root, here.guard) })
    expect(stored(here, made.commit)).toBe('cba')
    expect([...new Set(here.started())]).toEqual(['newer the-agent'])
  })

  it('or that a person accepts by name, runs; what it became meanwhile does not', async () => {
    const here = await lfs()
    git(here.box.root, 'config', 'filter.two.clean', here.spy('two'))
    await open(here.box.root, here.guard)
    const shown = refusedSettings(here.guard.file)
    git(here.box.root, 'config', 'filter.big.clean', here.spy('late'))
    acceptSettings(here.guard.file, shown)
    const repo = await open(here.box.root, here.guard)
    expect(refusedSettings(here.guard.file).map(({ key }) => key)).toEqual(['filter.big.clean'])
    expect(repo.note).toContain('filter.big.clean')
  })
})

describe('a push', { timeout: 60_000 }, () => {
  it('runs the hooks of a person, with the marker, and no hook that came while an agent worked', async () => {
    const here = scene()
    const { box, guard, spy } = here
    remoteOf(here)
    const hook = { '.git/hooks/pre-push': `#!/bin/sh\n${spy('pre-push')} >/dev/null\n` }
    write(box.root, hook)
    chmodSync(join(box.root, '.git/hooks/pre-push'), 0o755)
    const repo = await open(box.root, guard)
    here.works(true)
    const push = () =>
      attempted(() => repo.git(['push', '--', 'origin', 'main'], { withHooks: true }))
    must(await push())
    expect(here.started()).toEqual(['pre-push the-agent'])
    write(box.root, { '.git/hooks/pre-push': `#!/bin/sh\n${spy('evil')}\n` })
    expect(mustFail(await push()).message).toContain('the hook pre-push')
    expect(here.started()).toEqual([])
  })

  it('leaves passwords of its settings where they stand', async () => {
    const { box, guard } = scene()
    const url = 'https://pat:hunter2@git.example.org/x.git'
    git(box.root, 'remote', 'add', 'origin', url)
    await open(box.root, guard)
    expect(readFileSync(guard.file, 'utf8')).toContain('remote.origin.url')
    expect(readFileSync(guard.file, 'utf8')).not.toContain('hunter2')
  })
})
