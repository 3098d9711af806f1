/** What a worktree costs in a repository of 20,000 files, ten at once, beside bare `git worktree add` in turn about in one run. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mergeTree } from '../../src/agents/git/landing/merge-tree.ts'
import { openRepository, type Repository } from '../../src/agents/git/repository.ts'
import { taskBase } from '../../src/agents/git/worktree/base.ts'
import {
  worktreeBranchOf,
  worktreeNameOf,
} from '../../src/agents/git/worktree/worktree-registry.ts'
import { ensureWorktree } from '../../src/agents/git/worktree/worktree.ts'
import { median, timed } from './measure.ts'
import type { Bench } from './report.ts'

const FILES = 20_000
const FOLDERS = 200
const FILE_BYTES = 4000
const AT_ONCE = 10
const TURNS = process.env['YARD_BENCH_QUICK'] ? 1 : 3

export const worktrees: Bench = {
  name: 'worktrees',
  about: `worktrees of ${FILES} files, ${AT_ONCE} at once, against bare git worktree add`,
  async run() {
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'yard-bench-git-')))
    try {
      return await compare(home)
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  },
}

async function compare(home: string) {
  const root = makeRepository(join(home, 'project'))
  const opened = await openRepository(root, null)
  if (!opened.ok) throw new Error(opened.error.message)
  const repo = opened.value
  const ours: number[] = []
  const bare: number[] = []
  const alone: number[] = []
  for (let turn = 0; turn < TURNS; turn += 1) {
    bare.push(await timed(() => addBare(root, join(home, `bare-${turn}`))))
    removeAll(root)
    ours.push(await timed(() => addOurs(repo, join(home, `ours-${turn}`), turn, AT_ONCE)))
    removeAll(root)
    alone.push(await timed(() => addOurs(repo, join(home, `alone-${turn}`), turn + TURNS, 1)))
    removeAll(root)
  }
  const head = git(root, 'rev-parse', 'HEAD')
  const mergeMs = await timed(async () => void (await mergeTree(repo.git, head, head)))
  const [oursMs, bareMs] = [median(ours), median(bare)]
  return [
    {
      what: `git worktree add, ${AT_ONCE} in turn (median of ${TURNS})`,
      value: bareMs,
      unit: 'ms',
    },
    { what: `yard, ${AT_ONCE} at once (median of ${TURNS})`, value: oursMs, unit: 'ms' },
    { what: 'yard, one', value: median(alone), unit: 'ms' },
    { what: 'merging without a checkout', value: mergeMs, unit: 'ms' },
    { what: 'yard against git', value: oursMs / bareMs, unit: '×', target: { max: 1.2 } },
  ] as const
}

function makeRepository(root: string): string {
  mkdirSync(root)
  git(root, 'init', '--quiet', '--initial-branch=main')
  const text = 'x'.repeat(FILE_BYTES)
  for (let i = 0; i < FILES; i += 1) {
    const folder = join(root, `d${i % FOLDERS}`)
    if (i < FOLDERS) mkdirSync(folder)
    writeFileSync(join(folder, `f${i}.txt`), `${i}\n${text}`)
  }
  git(root, 'add', '--all')
  git(root, '-c', 'user.name=B', '-c', 'user.email=b@x', 'commit', '--quiet', '--message=first')
  return root
}

const git = (folder: string, ...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()

/** One after the other: side by side some of them fail, which is why ours take turns at the part that does. */
async function addBare(root: string, folder: string): Promise<void> {
  for (let i = 0; i < AT_ONCE; i += 1) {
    const args = ['worktree', 'add', '--quiet', '-b', `${folder.split('/').at(-1)}-${i}`]
    await run(root, [...args, join(folder, String(i)), 'HEAD'])
  }
}

function run(cwd: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd, stdio: 'ignore' })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`git: ${code}`))))
  })
}

async function addOurs(repo: Repository, root: string, turn: number, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const name = worktreeNameOf(`task ${turn} ${i}`)
      const base = await taskBase({ repo, name, generation: 1, target: null, results: [] })
      if (!base.ok) throw new Error(base.error.message)
      const branch = worktreeBranchOf(name)
      const made = await ensureWorktree({ repo, root, name, base: base.value, branch })
      if (!made.ok) throw new Error(made.error.message)
    }),
  )
}

function removeAll(root: string): void {
  for (const line of git(root, 'worktree', 'list', '--porcelain').split('\n').slice(1))
    if (line.startsWith('worktree ')) git(root, 'worktree', 'remove', '--force', line.slice(9))
}
