/** What a task has changed in git. */
import { ok } from '../../../base/result.ts'
import type { ChangeView } from '../../../contract/change.ts'
import type { Client } from '../../connect/owner.ts'
import { withYard } from '../../connect/with-yard.ts'
import { argument, defineCommand, option } from '../../spec/define.ts'
import { taskId } from '../../spec/values.ts'
import type { Printer } from '../../text/print.ts'
import { manyLines, oneLine } from '../../text/table.ts'

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
        print.result(change, () => printStat(print, change, isGivenUp))
        return ok(0)
      }
      const { files, truncated } = await client.change.diff({ task, maxBytes: MAX_DIFF_BYTES })
      print.result({ ...change, patches: files, truncated }, () => {
        if (change.result === null) return printNothing(print, change)
        for (const { patch } of files) printPatch(print, patch)
        const cut = files.filter((file) => file.truncated).map(({ path }) => oneLine(path))
        if (cut.length > 0) print.progress(`too long to be shown whole: ${cut.join(', ')}`)
        if (files.length === 0) print.line('no file differs')
      })
      return ok(0)
    }),
})

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
    `${files.length} ${files.length === 1 ? 'file' : 'files'}, +${insertions} -${deletions}, ${commits.length} ${commits.length === 1 ? 'commit' : 'commits'}`,
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
      return `${task} is queued to be merged into ${branch}${reason === null ? '' : `: it ${oneLine(reason)}`}`
    case 'landed':
      return `${task} is in ${branch} (${commit?.slice(0, 10) ?? ''})`
    case 'prepared':
      return `${task}: ${oneLine(reason ?? 'prepared')}`
    case 'conflict':
      return `${task} is not merged: ${oneLine(reason ?? 'a conflict')}; ${mergeTask ?? 'a task'} ${isGivenUp ? `has given it up: yard merge ${task} tries again` : 'settles it, and it goes on by itself'}`
    case 'refused':
      return `${task} is not merged: ${oneLine(reason ?? 'refused')}`
  }
}
