/** The worktrees of tasks: what they hold, and their removal. */
import { err, ok } from '../../../base/result.ts'
import type { WorktreeView } from '../../../contract/change.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { taskHint } from '../../../domain/near-match.ts'
import { withYard } from '../../connect/with-yard.ts'
import {
  argument,
  defineCommand,
  defineSubcommand,
  option,
  type Cli,
  type Outcome,
} from '../../spec/define.ts'
import { oneLine } from '../../text/table.ts'

const list = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { print } = cli
    const worktrees = await client.change.worktrees()
    print.result(worktrees, () => {
      if (worktrees.length === 0) print.line('no task has a worktree')
      else print.table(['NAME', 'TASK', 'STATE', 'HOLDS', 'PATH'], worktrees.map(rowOf))
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
