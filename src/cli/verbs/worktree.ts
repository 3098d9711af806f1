/** The worktrees of tasks: what they hold, and their removal. */
import { err, ok } from '../../base/result.ts'
import type { WorktreeView } from '../../contract/change.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { taskHint } from '../../domain/near-match.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { oneLine } from '../table.ts'
import type { Words } from '../words.ts'

export const worktreeList = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { print } = cli
    const list = await client.change.worktrees()
    print.result(list, () => {
      if (list.length === 0) print.line('no task has a worktree')
      else print.table(['NAME', 'TASK', 'STATE', 'HOLDS', 'PATH'], list.map(rowOf))
    })
    return ok(0)
  })

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
    ...(uncommitted === 0
      ? []
      : [`${uncommitted} uncommitted ${uncommitted === 1 ? 'file' : 'files'}`]),
    ...(unmerged === null || unmerged === 0
      ? []
      : [`${unmerged} unmerged ${unmerged === 1 ? 'commit' : 'commits'}`]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}

export const worktreeRemove = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { print } = cli
    const wanted = words.arg(0)
    const list = await client.change.worktrees()
    const found = list.find(({ name, task }) => task === wanted || name === wanted)
    if (!found) return err(noWorktree(wanted, list))
    const holds = holdsOf(found)
    if (holds !== null && !words.flag('yes')) return err(holdsMore(found.name, holds))
    const removed = await client.change.removeWorktree({
      name: found.name,
      commandId: cli.commandId,
    })
    print.result(removed, () => {
      print.line(`removed ${found.path}`)
      if (removed.ignored.length > 0) print.line(`lost: ${lostOf(found.name, removed.ignored)}`)
      if (removed.keptAt !== null) print.line(`what was uncommitted is kept at ${removed.keptAt}`)
      if (!removed.branchRemoved && found.branch !== null)
        print.line(`its branch ${oneLine(found.branch)} stays`)
    })
    return ok(0)
  })

export const worktreeGc = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { print } = cli
    const dryRun = !words.flag('yes')
    const { removed, kept } = await client.change.gc({ dryRun, commandId: cli.commandId })
    print.result({ dryRun, removed, kept }, () => {
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
    return ok(0)
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
