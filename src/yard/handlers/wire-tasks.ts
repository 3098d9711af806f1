/** From what came over the wire to the words of the domain: instants, ids, schedules, executors and models are checked here. */
import { err, ok, type Result } from '../../base/result.ts'
import { parseInstant } from '../../config/times.ts'
import { fail, type Failure } from '../../domain/failure.ts'
import {
  type NewTask,
  newTaskSchema,
  type Schedule,
  type Task,
  type TaskEdit,
  taskEditSchema,
} from '../../domain/task.ts'
import {
  mismatchOf,
  resolveExecutor,
  resolveModel,
  scheduleOf,
} from '../../domain/routing/resolve.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Yard } from '../yard.ts'
import { inputFailure } from './failures.ts'

export type Timed<T> = { readonly task: T; readonly nextFireAt: number | null }
type WishSource = Pick<Yard, 'config' | 'nextFireAt' | 'now'>
type WireTask = Readonly<Record<string, unknown>> & {
  readonly notBefore?: string | number | null | undefined
}

/** A task on a `schedule` profile repeats as that says. */
export function toNewTask(yard: WishSource, wire: WireTask): Result<Timed<NewTask>, Failure> {
  const at = instantOf(wire.notBefore)
  if (!at.ok) return at
  const { notBefore: _wire, ...rest } = wire
  const read = newTaskSchema.safeParse(at.value === null ? rest : { ...rest, notBefore: at.value })
  if (!read.success) return err(inputFailure(read.error.issues))
  const { executor = null, schedule: own = null } = read.data
  const schedule = scheduleOf(yard.config().settings, { executor, schedule: own })
  const next = firstFireAt(yard, schedule)
  if (!next.ok) return next
  return ok({ task: schedule ? { ...read.data, schedule } : read.data, nextFireAt: next.value })
}

type TimedEdit = { readonly edit: TaskEdit; readonly nextFireAt: number | null }

/** `task`: null for one that is not there, which `decide` refuses. */
export function toTaskEdit(
  yard: WishSource,
  task: Task | null,
  wire: WireTask,
): Result<TimedEdit, Failure> {
  const at = instantOf(wire.notBefore)
  if (!at.ok) return at
  const { notBefore, ...rest } = wire
  const read = taskEditSchema.safeParse(
    notBefore === undefined ? rest : { ...rest, notBefore: at.value },
  )
  if (!read.success) return err(inputFailure(read.error.issues))
  const edit = read.data
  const isRouted =
    edit.executor !== undefined || edit.exec !== undefined || edit.model !== undefined
  if (task && isRouted) {
    const misfit = checkRoute(yard.config().settings, { ...task, ...definedOf(edit) })
    if (misfit) return err(misfit)
  }
  const next = firstFireAt(yard, edit.schedule ?? null)
  return next.ok ? ok({ edit, nextFireAt: next.value }) : next
}

const definedOf = (edit: TaskEdit) => ({
  ...(edit.executor === undefined ? {} : { executor: edit.executor }),
  ...(edit.exec === undefined ? {} : { exec: edit.exec }),
  ...(edit.model === undefined ? {} : { model: edit.model }),
})

/** As `dispatch` asks it of a new task. Whether it misfits is asked of a named executor only: what the default will be is not known yet. */
function checkRoute(
  settings: Settings,
  task: Pick<Task, 'executor' | 'exec' | 'model'>,
): Failure | null {
  const executor = resolveExecutor(settings, task)
  if (!executor.ok) return executor.error
  const misfit = task.executor === null ? null : mismatchOf(task, executor.value.profile)
  if (misfit) return misfit
  if (task.model === null) return null
  const model = resolveModel(settings, task, executor.value.profile)
  return model.ok ? null : model.error
}

/** A task that waits for a time that never comes would wait for ever. */
function firstFireAt(yard: WishSource, schedule: Schedule | null): Result<number | null, Failure> {
  const next = nextFireAt(yard, schedule, yard.now())
  if (!schedule || !next.ok || next.value !== null) return next
  return fail('bad-request', `the schedule "${schedule.spec}" never fires`, {
    hint: 'name a day that comes, such as "30 7 * * 1-5"',
    facts: { field: 'schedule' },
  })
}

export function nextFireAt(
  yard: Pick<Yard, 'nextFireAt'>,
  schedule: Schedule | null,
  fromMs: number,
): Result<number | null, Failure> {
  return schedule ? yard.nextFireAt(schedule, fromMs) : ok(null)
}

function instantOf(text: string | number | null | undefined): Result<number | null, Failure> {
  if (text === null || text === undefined) return ok(null)
  const at = typeof text === 'number' ? text : parseInstant(text)
  if (at !== null && Number.isSafeInteger(at)) return ok(at)
  return fail('bad-request', `notBefore: ${JSON.stringify(text)} is no point in time`, {
    hint: 'ISO 8601, such as 2026-03-01T09:00:00+01:00',
    facts: { field: 'notBefore' },
  })
}
