/** Tasks by the hundred thousand: read and checked in pieces, then added by one command, all or none. */
import { taskIdSchema } from '../../domain/schemas.ts'
import { ORPCError } from '@orpc/server'
import type { z } from 'zod'
import { readGraphInPieces } from '../../graph-file/read-pieces.ts'
import type { importProgressSchema } from '../../contract/page.ts'
import { issuesFailure, type IndexedIssue } from '../../domain/decide/decide-add.ts'
import type { Failure } from '../../domain/failure.ts'
import type { NewTask } from '../../domain/task.ts'
import type { Yard } from '../yard.ts'
import { createPacer, type Pacer } from '../slices.ts'
import { send, type HandlerContext } from './context.ts'
import { failureFrom, refuse, toOrpcError, valueOf } from './failures.ts'
import { toNewTask, type Timed } from './wire-tasks.ts'

type Progress = z.infer<typeof importProgressSchema>
interface Input {
  readonly text: string
  readonly format: 'auto' | 'toml' | 'json' | 'jsonl'
  readonly commandId?: string | undefined
}

/** Tasks between two words of progress. */
const TOLD_EVERY = 1000

/** What it throws is told as every other refusal, for the handlers' own way out ends where the stream begins. */
export async function* importText(
  context: HandlerContext,
  input: Input,
  signal: AbortSignal | undefined,
): AsyncGenerator<Progress, void, void> {
  try {
    yield* readAndAdd(context, input, createPacer(signal), signal)
  } catch (error) {
    if (error instanceof ORPCError || signal?.aborted) throw error
    context.yard.log.error('page.importText failed', { error: String(error) })
    throw toOrpcError(failureFrom(error).failure, error)
  }
}

async function* readAndAdd(
  context: HandlerContext,
  { text, format, commandId }: Input,
  pacer: Pacer,
  signal: AbortSignal | undefined,
): AsyncGenerator<Progress, void, void> {
  const size = text.length
  yield { phase: 'reading', done: 0, total: size, ids: null }
  const wishes: NewTask[] = []
  for (const piece of readGraphInPieces(text, format)) {
    const { tasks, done } = valueOf(piece)
    for (const task of tasks) wishes.push(task)
    const wait = pacer.check()
    if (wait) await wait
    yield { phase: 'reading', done, total: size, ids: null }
  }
  const checked = startCheck(context.yard)
  for (const [index, wish] of wishes.entries()) {
    checked.take(index, wish)
    const wait = pacer.pause()
    if (wait) await wait
    if (index % TOLD_EVERY === 0)
      yield { phase: 'checking', done: index, total: wishes.length, ids: null }
  }
  const tasks = checked.all()
  const total = tasks.length
  yield { phase: 'adding', done: 0, total, ids: null }
  signal?.throwIfAborted()
  const { ids } = await send(context, { type: 'tasks.import', tasks }, commandId)
  yield { phase: 'done', done: total, total, ids: [...ids] }
}

/** Every fault is told, each with the place of its task in the list; nothing is sent unless all are sound. */
export function toNewTasks(
  yard: Yard,
  wires: readonly Record<string, unknown>[],
): Timed<NewTask>[] {
  const check = startCheck(yard)
  for (const [index, { commandId: _unused, ...task }] of wires.entries()) check.take(index, task)
  return check.all()
}

function startCheck(yard: Yard) {
  const faults: IndexedIssue[] = []
  const tasks: Timed<NewTask>[] = []
  /** Of each task that can be looked at further: its place, and whether it is only a name that others may wait for. */
  const places: { readonly index: number; readonly task: NewTask; readonly isName: boolean }[] = []
  return {
    take(index: number, task: Readonly<Record<string, unknown>>): void {
      const read = toNewTask(yard, task)
      if (read.ok) {
        tasks.push(read.value)
        places.push({ index, task: read.value.task, isName: false })
        return
      }
      faults.push({ index, failure: read.error })
      const id = taskIdSchema.safeParse(task['id'])
      if (id.success) places.push({ index, task: { id: id.data, title: '?' }, isName: true })
    },
    /** All of them, or a throw that names what is wrong. */
    all(): Timed<NewTask>[] {
      if (faults.length === 0) return tasks
      const others = yard.importFaults(places.map(({ task }) => task)).flatMap((fault) => {
        const place = places[fault.index]
        const isSound = place && (!place.isName || fault.failure.kind === 'id-taken')
        return isSound ? [{ ...fault, index: place.index }] : []
      })
      return refuse(toFailure([...faults, ...others]))
    },
  }
}

/** Everything that is wrong with them, told at once; nothing where all could be added. */
export function refuseIssues(yard: Yard, tasks: readonly Timed<NewTask>[]): void {
  const faults = yard.importFaults(tasks.map(({ task }) => task))
  if (faults.length > 0) refuse(toFailure(faults))
}

/** As `faultsFailure`, which says nothing of where the first one is. */
function toFailure(faults: readonly IndexedIssue[]): Failure {
  const sorted = faults.toSorted((a, b) => a.index - b.index)
  // Also a single one is told with its place.
  const told = issuesFailure(sorted, Infinity)
  return { ...told, message: `task ${(sorted[0]?.index ?? 0) + 1}: ${told.message}` }
}
