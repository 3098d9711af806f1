/** A yard in a real repository: real store, launcher and shells, and a person's checkout to be left alone. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import type { Contract } from '../../../src/contract/contract.ts'
import type { ContractRouterClient } from '@orpc/contract'
import type { YardPaths } from '../../../src/config/paths.ts'
import type { NewTask, Task } from '../../../src/domain/task.ts'
import { createYardClient } from '../../../src/yard/handlers/router.ts'
import { createLiveView } from '../../../src/yard/views/live-view.ts'
import type { Yard } from '../../../src/yard/yard.ts'
import { taskId, taskIds } from '../../support/plan-builder.ts'
import { addTask, makeRealPlace, PERSON, untilTask, type RealPlace } from '../real-place.ts'

export interface GitYard {
  readonly place: RealPlace
  readonly root: string
  yard: Yard
  client: ContractRouterClient<Contract>
  git(...args: string[]): string
  write(files: Record<string, string>): void
  commit(files: Record<string, string>): string
  /** A shell task that works in a worktree of its own. */
  add(id: string, exec: string, after?: string[], more?: Partial<NewTask>): Promise<void>
  done(id: string): Promise<Task>
  until(id: string, fits: (task: Task) => boolean): Promise<Task>
  /** A file as a commit or branch has it. */
  at(commit: string, path: string): string
  /** After `yard.close()`: the same yard, or another, under a new owner. */
  reopenAnew(paths?: YardPaths): Promise<void>
}

export interface GitYardOptions {
  /** Lines of the config; `home` is a folder beside the yard's. */
  readonly config?: (home: string) => readonly string[]
  readonly files?: Record<string, string>
  /** Before the yard is opened, with the first commit made. */
  prepare?(at: Omit<GitYard, 'yard' | 'client'>): void
}

export async function openGitYard(options: GitYardOptions = {}): Promise<GitYard> {
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1')
  onTestFinished(() => void vi.unstubAllEnvs())
  const place = await makeRealPlace()
  onTestFinished(() => place.remove())
  const { root } = place.paths
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Pat', '-c', 'user.email=pat@example.org', ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trimEnd()
  const write = (files: Record<string, string>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
  }
  const at: GitYard = {
    place,
    root,
    git,
    write,
    yard: undefined as unknown as Yard,
    client: undefined as unknown as GitYard['client'],
    commit(files) {
      write(files)
      git('add', '--all')
      git('commit', '--quiet', '--message', 'by hand')
      return git('rev-parse', 'HEAD')
    },
    add: (id, exec, after = [], more = {}) =>
      addTask(at.yard, {
        id: taskId(id),
        title: `Task ${id}`,
        exec,
        worktree: 'on',
        after: taskIds(...after),
        ...more,
      }),
    until: (id, fits) => untilTask(at.yard, id, fits),
    async done(id) {
      const task = await untilTask(at.yard, id, ({ state }) =>
        ['done', 'failed'].includes(state.kind),
      )
      if (task.state.kind === 'failed') throw new Error(JSON.stringify(task.state.failure))
      return task
    },
    at: (commit, path) => git('show', `${commit}:${path}`),
    reopenAnew: (paths) => openInto(at, paths),
  }
  git('init', '--quiet', '--initial-branch=main')
  appendFileSync(join(root, '.git/info/exclude'), '.yard/\n')
  if (Object.keys(options.files ?? { 'a.txt': 'one\n' }).length > 0)
    at.commit(options.files ?? { 'a.txt': 'one\n' })
  options.prepare?.(at)
  if (options.config)
    writeFileSync(place.paths.config, `${options.config(place.home).join('\n')}\n`)
  await openInto(at)
  onTestFinished(() => at.yard.close())
  return at
}

async function openInto(at: GitYard, paths = at.place.paths): Promise<void> {
  const yard = await at.place.open({ paths })
  const view = createLiveView(yard, systemClock)
  const host = { url: () => null, pageUrl: () => null, stop: () => undefined }
  at.yard = yard
  at.client = createYardClient({ yard, view, host, actor: PERSON })
}

/** Everything of a person's checkout that must never change by itself. */
export const checkoutOf = ({ git }: Pick<GitYard, 'git'>): string =>
  [
    git('status', '--porcelain', '--branch', '--untracked-files=all'),
    git('ls-files', '--stage'),
    git('stash', 'list'),
  ].join('\n--\n')

/** An executor that settles every conflict by writing one file and committing; `tells` keeps its prompt. */
export function resolverConfig(home: string, path: string, text: string): readonly string[] {
  const script = join(home, 'resolve.sh')
  writeFileSync(
    script,
    [
      'set -e',
      'cp "$1" "$0.prompt"',
      'theirs=$(sed -n "s/^    git merge //p" "$1")',
      'export GIT_AUTHOR_NAME=Mel GIT_AUTHOR_EMAIL=mel@example.org',
      'export GIT_COMMITTER_NAME=Mel GIT_COMMITTER_EMAIL=mel@example.org',
      'if git merge -q "$theirs"; then exit 9; fi',
      `printf '${text}' > ${path}`,
      'git add -A',
      'git commit -qm both',
    ].join('\n'),
  )
  return [
    '[executors.resolver]',
    'type = "command"',
    'coding = true',
    `command = ["sh", "${script}", "{prompt_file}"]`,
    '[worktree]',
    'merger = "resolver"',
  ]
}
