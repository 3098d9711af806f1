/** What tasks have changed in git: `yard diff`, `yard merge` onto the target branch, `yard worktree`. */
import { mergeCommand } from '../../domain/landing.ts'
import { err, ok } from '../../base/result.ts'
import type { ChangeView, LandingView, WorktreeView } from '../../contract/change.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { taskHint } from '../../domain/near-match.ts'
import { askYard, withYard, type Connection } from '../connect/connect.ts'
import type { Client } from '../connect/owner.ts'
import {
  argument,
  defineCommand,
  defineSubcommand,
  option,
  printed,
  type Cli,
  type Outcome,
} from '../spec/define.ts'
import { taskId } from '../spec/values.ts'
import { counted } from '../text/format.ts'
import { manyLines, oneLine, type Printer } from '../text/print.ts'

const MAX_DIFF_BYTES = 8_000_000

export const diff = defineCommand({
  arguments: { id: argument('<id>', 'the task', taskId) },
  options: { stat: option('--stat', 'the files and how much of them, no lines') },
  notes: ['Of its latest try in a worktree: from the commit that it began with to its result.'],
  examples: ['yard diff build', 'yard diff build --stat'],
  handler: (cli, { id: task, stat }) =>
    withYard(cli, async ({ client }) => {
      const { print } = cli
      const change = await client.change.of({ task })
      if (stat) {
        const isGivenUp = await hasGivenUp(client, change.landing)
        return printed(cli, change, () => printStat(print, change, isGivenUp))
      }
      const { files, truncated } = await client.change.diff({ task, maxBytes: MAX_DIFF_BYTES })
      return printed(cli, { ...change, patches: files, truncated }, () => {
        if (change.result === null) return printNothing(print, change)
        for (const { patch } of files) printPatch(print, patch)
        const cut = files.filter((file) => file.truncated).map(({ path }) => oneLine(path))
        if (cut.length > 0) print.progress(`too long to be shown whole: ${cut.join(', ')}`)
        if (files.length === 0) print.line('no file differs')
      })
    }),
})

export const merge = defineCommand({
  arguments: { id: argument('[id]', 'the task', taskId) },
  options: {
    allDone: option('--all-done', 'every done task with a result that has not landed'),
    pr: option('--pr', 'prepare a branch and a text for a pull request; nothing is merged'),
  },
  notes: [
    "The task's verify command is run on the merged tree first. Your checkout is moved only where nothing of yours is in the way; a conflict becomes a task.",
    'Exit 1 when something was not merged; the reason is printed.',
  ],
  examples: ['yard merge build', 'yard merge build --pr', 'yard merge --all-done'],
  async handler(cli, { id, allDone, pr }) {
    if ((id === undefined) !== allDone)
      return err({
        kind: 'bad-request',
        message: allDone ? 'a task and --all-done were both named' : 'no task was named',
        hint: 'name one, or --all-done; `yard list --status done` shows them',
      })
    if (allDone && pr)
      return err({
        kind: 'bad-request',
        message: '--pr is for one task',
        hint: 'name it: `yard merge ID --pr`',
      })
    // What was merged before a connection was lost is not asked for again, and belongs to the answer all the same.
    const merged = new Map<string, LandingView>()
    const mergeAll = async ({ client }: Connection): Promise<Outcome> => {
      const { print, commandId } = cli
      const tasks = id === undefined ? await landAll(client, commandId) : [id]
      for (const task of tasks) {
        const landing = await awaitLanding(
          client,
          task,
          id === undefined ? null : { commandId, pullRequest: pr },
        )
        merged.set(task, landing)
        if (!print.isJson) print.line(landingLine(task, landing, await hasGivenUp(client, landing)))
      }
      const all = [...merged].map(([task, landing]) => ({ task, ...landing }))
      print.result(id === undefined ? all : (all[0] ?? null), () => {
        if (all.length === 0) print.line('nothing is waiting to be merged')
      })
      return ok(all.every(({ state }) => isGood(state)) ? 0 : 1)
    }
    return withYard(cli, mergeAll, { isLong: true })
  },
})

/** Includes earlier conflicts: they are not merged either. */
async function landAll(client: Client, commandId: string): Promise<readonly string[]> {
  // A host of an earlier program does not tell of conflicts.
  const { tasks, conflicts = [] } = await client.change.landAll({ commandId })
  return [...tasks, ...conflicts]
}

const isGood = (state: LandingView['state']): boolean => state === 'landed' || state === 'prepared'

/** A verify command may take longer than one request may. */
const WAIT_MS = 60_000

async function awaitLanding(
  client: Client,
  task: string,
  /** Null when it has been asked for already. */
  asked: { readonly commandId: string; readonly pullRequest: boolean } | null,
): Promise<LandingView> {
  const waitOnly = { task, waitMs: WAIT_MS, waitOnly: true }
  let landing = await client.change.land(asked ? { task, waitMs: WAIT_MS, ...asked } : waitOnly)
  // One that is queued for a reason waits for another task, which may take arbitrarily long.
  while (landing.state === 'queued' && landing.reason === null)
    landing = await client.change.land(waitOnly)
  return landing
}

/** Unchanged for a pipe: `git apply` reads it. */
function printPatch(print: Printer, patch: string): void {
  if (print.columns === null) return print.raw(patch.endsWith('\n') ? patch : `${patch}\n`)
  for (const line of manyLines(patch).replace(/\n$/, '').split('\n')) {
    const isHead = line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ')
    if (isHead) print.line(print.paint('bold', line))
    else if (line.startsWith('+')) print.line(print.paint('green', line))
    else if (line.startsWith('-')) print.line(print.paint('red', line))
    else print.line(line.startsWith('@@') ? print.paint('blue', line) : line)
  }
}

/** Whether the task that was to settle the conflict will not do so any more. */
export async function hasGivenUp(client: Client, landing: ChangeView['landing']): Promise<boolean> {
  if (landing?.state !== 'conflict' || landing.mergeTask === null) return false
  const merge = await client.task.get({ id: landing.mergeTask }).catch(() => null)
  return merge === null || merge.status === 'failed' || merge.status === 'abandoned'
}

function printStat(print: Printer, change: ChangeView, isGivenUp: boolean): void {
  if (change.result === null) return printNothing(print, change)
  const { files, commits, insertions, deletions, landing } = change
  print.table(
    ['FILE', 'WHAT', '+', '-'],
    files.map(({ path, oldPath, status, insertions: plus, deletions: minus, binary }) => [
      oldPath === null ? path : `${oldPath} → ${path}`,
      binary ? `${status}, binary` : status,
      plus === null ? null : String(plus),
      minus === null ? null : String(minus),
    ]),
  )
  print.line(
    `${counted(files.length, 'file')}, +${insertions} -${deletions}, ${counted(commits.length, 'commit')}`,
  )
  for (const note of change.notes) print.line(`note: ${oneLine(note)}`)
  if (landing !== null) print.line(landingLine(change.task, landing, isGivenUp))
}

const printNothing = (print: Printer, { task }: ChangeView): void =>
  print.line(`no try of ${task} has left anything in a worktree of its own`)

/** The state of a landing, in one line. */
export function landingLine(
  task: string,
  landing: NonNullable<ChangeView['landing']>,
  isGivenUp = false,
): string {
  const { state, target, commit, reason, mergeTask } = landing
  const branch = target ?? 'its branch'
  switch (state) {
    case 'queued':
      return `${task} is queued ${queuedFor(landing)} ${branch}${reason === null ? '' : `: it ${oneLine(reason)}`}`
    case 'landed':
      return `${task} is in ${branch} (${commit?.slice(0, 10) ?? ''})`
    case 'prepared':
      return `${task}: ${oneLine(reason ?? 'prepared')}`
    case 'conflict':
      return `${task} is not merged: ${oneLine(reason ?? 'a conflict')}; ${mergeTask ?? 'a task'} ${isGivenUp ? `has given it up: ${mergeCommand(task, landing)} tries again` : 'settles it, and it goes on by itself'}`
    case 'refused':
      return `${task} is not merged: ${oneLine(reason ?? 'refused')}`
  }
}

const queuedFor = ({ pullRequest }: Pick<LandingView, 'pullRequest'>): string =>
  pullRequest ? 'for a pull request to' : 'to be merged into'

const list = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.change.worktrees(),
    (worktrees) => {
      if (worktrees.length === 0) return 'no task has a worktree'
      cli.print.table(['NAME', 'TASK', 'STATE', 'HOLDS', 'PATH'], worktrees.map(rowOf))
    },
  )

const rowOf = (worktree: WorktreeView) => [
  worktree.name,
  worktree.task,
  worktree.state,
  holdsOf(worktree) ?? (worktree.canGo ? 'nothing besides (gc removes it)' : 'nothing besides'),
  worktree.path,
]

/** What exists nowhere else; null when nothing does. */
function holdsOf({ uncommitted, unmerged, problem }: WorktreeView): string | null {
  const parts = [
    ...(problem === null ? [] : [oneLine(problem)]),
    ...(uncommitted === 0 ? [] : [counted(uncommitted, 'uncommitted file')]),
    ...(unmerged === null || unmerged === 0 ? [] : [counted(unmerged, 'unmerged commit')]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}

const remove = defineSubcommand({
  name: 'remove',
  summary: 'removes the worktree of a task',
  arguments: { id: argument('<id>', 'the task, or the name of the worktree') },
  options: { yes: option('--yes', 'also when it holds what is nowhere else') },
  notes: [
    'Uncommitted files are kept as a commit under refs/yard/kept/, and a branch that is not merged stays. Only ignored files are lost.',
  ],
  handler: (cli, { id, yes }) =>
    withYard(cli, async ({ client }) => {
      const { print } = cli
      const worktrees = await client.change.worktrees()
      const found = worktrees.find(({ name, task }) => task === id || name === id)
      if (!found) return err(noWorktree(id, worktrees))
      const holds = holdsOf(found)
      if (holds !== null && !yes) return err(holdsMore(found.name, holds))
      const { name } = found
      const removed = await client.change.removeWorktree({ name, commandId: cli.commandId })
      return printed(cli, removed, () => {
        print.line(`removed ${found.path}`)
        if (removed.ignored.length > 0) print.line(`lost: ${lostOf(found.name, removed.ignored)}`)
        if (removed.keptAt !== null) print.line(`what was uncommitted is kept at ${removed.keptAt}`)
        if (!removed.branchRemoved && found.branch !== null)
          print.line(`its branch ${oneLine(found.branch)} stays`)
      })
    }),
})

const gc = defineSubcommand({
  name: 'gc',
  summary: 'removes those whose result is recorded as merged and that hold nothing besides',
  options: { yes: option('--yes', 'does it (else it is only shown)') },
  handler: (cli, { yes }) =>
    withYard(cli, async ({ client }) => {
      const { print } = cli
      const dryRun = !yes
      const { removed, kept } = await client.change.gc({ dryRun, commandId: cli.commandId })
      return printed(cli, { dryRun, removed, kept }, () => {
        const names = removed.map(({ name }) => name).join(', ')
        if (removed.length === 0)
          print.line('no worktree is recorded as merged and holds nothing besides')
        else print.line(dryRun ? `would remove ${names}; --yes does it` : `removed ${names}`)
        for (const { name, ignored } of removed)
          if (ignored.length > 0)
            print.line(`${dryRun ? 'lost then' : 'lost'}: ${lostOf(name, ignored)}`)
        for (const worktree of kept)
          print.line(
            `stays: ${worktree.name} (${holdsOf(worktree) ?? 'its result is not recorded as merged'})`,
          )
      })
    }),
})

export const worktree = defineCommand({
  subcommands: [
    defineSubcommand({
      name: 'list',
      summary: 'shows them with what each holds that is nowhere else',
      handler: list,
    }),
    remove,
    gc,
  ],
  handler: list,
})

/** What no commit keeps, for git ignores it. */
const lostOf = (name: string, ignored: readonly string[]): string => {
  const more = ignored.length > 5 ? ' and more' : ''
  return `${ignored.slice(0, 5).map(oneLine).join(', ')}${more} of ${name}, which git ignores`
}

const noWorktree = (wanted: string, list: readonly WorktreeView[]): Failure =>
  failure('unknown-task', `there is no worktree of ${JSON.stringify(wanted)}`, {
    hint: taskHint(
      wanted,
      new Set(list.map(({ name, task }) => task ?? name)),
      'yard worktree list shows them',
    ),
    facts: { id: wanted },
  })

const holdsMore = (name: string, holds: string): Failure =>
  failure('in-use', `${name} holds what is nowhere else: ${holds}`, {
    hint: '--yes removes it; uncommitted files are kept as a commit, and an unmerged branch stays',
    facts: { name },
  })
