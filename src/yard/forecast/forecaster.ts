/** The forecasts of a yard: made in a worker from what is committed, kept until something is committed, and checked against what came. */
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Scope } from '../../base/scope.ts'
import { errorText } from '../../base/text.ts'
import type { LoadedConfig } from '../../config/load.ts'
import type { ForecastView } from '../../contract/forecast.ts'
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import { isJudged } from '../../domain/decide/evaluated.ts'
import { unknownTask } from '../../domain/decide/decision.ts'
import type { Failure } from '../../domain/failure.ts'
import { agentIdOf, isTaskId, type TaskId } from '../../domain/ids.ts'
import { gateOf } from '../../domain/judging/evaluation.ts'
import { kindOf } from '../../domain/judging/kind.ts'
import type { Plan } from '../../domain/plan.ts'
import type { ExecutorType, Settings } from '../../domain/settings.ts'
import { isSatisfied, type Task } from '../../domain/task.ts'
import type { PastForecast } from '../../judging/forecast/bounds.ts'
import type { Forecast, ForecastOrder, TryColumns } from '../../judging/forecast/compute.ts'
import type { KeptForecast } from '../../store/forecasts.ts'
import type { OpenStore } from '../../store/open-store.ts'
import { capsOf, type Routes } from '../executors/routes.ts'
import { breathe, createPacer, type Pacer } from '../slices.ts'
import { openForecastThread } from './forecast-thread.ts'
import { forecastView, type Made, tasksView } from './forecast-view.ts'
import { createGraphWatch } from './graph-watch.ts'
import { createPastTries, type KnownTry, type PastTries, priceOf } from './past-tries.ts'
import {
  createGroups,
  type Groups,
  readRemaining,
  type Remaining,
  type RemainingSource,
} from './remaining.ts'

export interface ForecastRequest {
  /** Of these and what they wait for; null = of all that is left. */
  readonly ids: readonly string[] | null
  /** With the times of each task. */
  readonly tasks: boolean
}

export interface Forecaster {
  /** `unknown-task`, or `internal` when it could not be made. */
  read(wish: ForecastRequest): Promise<Result<ForecastView, Failure>>
  note(batch: CommittedBatch): void
}

interface Parts {
  readonly options: { readonly forecastEntry: string; readonly runsAgents: boolean }
  readonly current: {
    readonly config: LoadedConfig
    readonly routes: Pick<Routes, 'of'>
    readonly isTrusted: boolean
  }
  readonly opened: OpenStore
  readonly clock: Clock
  readonly log: Log
  readonly scope: Scope
  canRun(route: { readonly executor: string; readonly model: string | null }): boolean
}

/** What goes into one, of one moment. */
interface Asked extends Omit<Made, 'forecast' | 'ids'> {
  readonly remaining: Remaining
  /** Tries of which it is still to be worked out what would have been said. */
  readonly fresh: readonly KnownTry[]
  readonly order: ForecastOrder
}

interface Kept {
  readonly seq: number
  readonly config: unknown
  readonly made: Promise<Result<Made, Failure>>
  startedAt: number | null
}

/** While nothing is committed agents still grow older. */
const FRESH_MS = 30_000
/** Different sets of tasks of which forecasts are kept. */
const MOST_KEPT = 20
/** Work beside the coordinator, on the loop of the owner: shorter than anything that it waits for. */
const PIECE_MS = 1
/** Rows written at once. */
const BATCH = 50
/** Ended tries, newest first, of which it is worked out what would have been said. */
const MOST_PREDICTED = 1000
const MOST_GRAPHS = 200
/** The newest say how long the next will take. */
const JUDGEMENTS = 100

export function createForecaster(parts: Parts): Forecaster {
  const { options, current, opened, clock, log, scope } = parts
  const { plan, store } = opened
  const thread = openForecastThread({ entry: options.forecastEntry, clock, log })
  scope.add(() => thread.close())
  const pastTries = createPastTries({
    endedAgents: (before, limit) => opened.forecasts.endedAgents(before, limit),
    rejectedAgents: () => opened.forecasts.rejectedAgents(),
  })
  const book = createBook(parts)
  const watch = createGraphWatch(
    plan,
    () => clock.now(),
    (row) => void book.keep([row]),
  )
  const kept = new Map<string, Kept>()
  let last: Promise<unknown> = Promise.resolve()

  const makeOne = async (ids: readonly TaskId[] | null): Promise<Result<Made, Failure>> => {
    const asked = await readAsked(parts, { ids, pastTries, book })
    const { order, remaining, fresh, ...facts } = asked
    const forecast = await thread.compute(order)
    if (!forecast.ok) return forecast
    await book.keepTries(forecast.value, fresh)
    const said = saidOf(facts, forecast.value)
    const mayLearn = options.runsAgents && current.isTrusted && ids === null
    if (said && mayLearn && !watch.isWatching()) watch.watch(said, remaining.ids)
    return ok({ ...facts, ids: remaining.ids, forecast: forecast.value })
  }
  const isGood = ({ seq, config, startedAt }: Kept): boolean => {
    // One that is still to be begun will be of then.
    if (startedAt === null) return true
    const age = clock.monotonic() - startedAt
    return seq === store.seq && config === current.config && age < FRESH_MS
  }
  const ask = (ids: readonly TaskId[] | null): Promise<Result<Made, Failure>> => {
    const key = ids === null ? '' : ids.join()
    const known = kept.get(key)
    if (known && isGood(known)) return known.made
    const begin = (): Promise<Result<Made, Failure>> => {
      Object.assign(mine, { seq: store.seq, config: current.config, startedAt: clock.monotonic() })
      return makeOne(ids)
    }
    const made = last.then(begin, begin)
    const mine: Kept = { seq: store.seq, config: current.config, startedAt: null, made }
    last = made.catch(() => {})
    kept.delete(key)
    kept.set(key, mine)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    void made.then(
      (result) => !result.ok && kept.get(key) === mine && kept.delete(key),
      () => kept.get(key) === mine && kept.delete(key),
    )
    return made
  }
  return {
    async read({ ids, tasks }) {
      const unknown = ids?.find((id) => !isTaskId(id) || !plan.tasks.has(id))
      if (unknown !== undefined) return err(unknownTask(plan, unknown))
      const known = ids === null ? null : ids.filter(isTaskId).toSorted()
      const made = await ask(known)
      if (!made.ok) return made
      const view = forecastView(made.value, book.trackRecord())
      return ok(tasks ? { ...view, tasks: await tasksView(made.value, pacerOf()) } : view)
    },
    note(batch) {
      pastTries.note(batch)
      watch.note(batch)
    },
  }
}

const pacerOf = (): Pacer => createPacer(undefined, undefined, PIECE_MS)

type Book = ReturnType<typeof createBook>

/** What was said, and what came of it. */
function createBook({ opened, log }: Pick<Parts, 'opened' | 'log'>) {
  let predicted: Set<string> | null = null
  let record: ForecastView['calibration'] | null = null
  const keep = async (rows: readonly KeptForecast[]): Promise<void> => {
    for (let at = 0; at < rows.length; at += BATCH) {
      if (at > 0) await breathe()
      await opened.writer.free()
      try {
        opened.writer.begin()
        opened.forecasts.keep(rows.slice(at, at + BATCH))
        opened.writer.commit()
        record = null
      } catch (error) {
        opened.writer.rollback()
        // Nothing that runs depends on it, and the tries can be worked out again.
        return log.warn('how a forecast came out could not be kept', { why: errorText(error) })
      }
    }
  }
  return {
    keep,
    trackRecord: (): ForecastView['calibration'] =>
      (record ??= {
        tries: opened.forecasts.trackRecord('try'),
        graphs: opened.forecasts.trackRecord('graph'),
      }),
    /** Whether it is still to be worked out what would have been said of that try. */
    isNew(number: number): boolean {
      predicted ??= new Set(opened.forecasts.predictedTries())
      return !predicted.has(agentIdOf(number))
    },
    past: (): PastForecast[] => opened.forecasts.graphs(MOST_GRAPHS).map(playedOf),
    /** `fresh`: the tries that were new to it. */
    async keepTries(forecast: Forecast, fresh: readonly KnownTry[]): Promise<void> {
      for (const { number } of fresh) predicted?.add(agentIdOf(number))
      const said = new Map(forecast.predicted.map(({ id, ...bounds }) => [id, bounds]))
      const rows = fresh.flatMap(({ number, startedAt, endedAt }): KeptForecast[] => {
        const bounds = said.get(number)
        if (!bounds) return []
        const subject = agentIdOf(number)
        const realMs = endedAt - startedAt
        return [{ subject, kind: 'try', at: startedAt, ...bounds, stretch: 1, realMs }]
      })
      await keep(rows)
    },
  }
}

/** As it was played, before it was widened: else what was learned once would be learned again and again. */
function playedOf({ p05, p50, p95, stretch, realMs }: KeptForecast): PastForecast {
  const played = (value: number): number => p50 * (value / p50) ** (1 / stretch)
  return { p05: played(p05), p50, p95: played(p95), realMs }
}

/** Of a rough one nothing is learned: it claims too little. */
function saidOf({ at, seq }: Pick<Asked, 'at' | 'seq'>, { finish, stretch }: Forecast) {
  const { p05 = null, p95 = null } = finish ?? {}
  if (finish === null || p05 === null || p95 === null || p05 <= 0) return null
  return { ...finish, subject: `graph-${seq}`, at, p05, p95, stretch }
}

async function readAsked(
  parts: Parts,
  {
    ids,
    pastTries,
    book,
  }: {
    readonly ids: readonly TaskId[] | null
    readonly pastTries: PastTries
    readonly book: Book
  },
): Promise<Asked> {
  const { plan, store } = parts.opened
  const { kinds } = parts.current.config.settings.judging
  const pacer = pacerOf()
  const at = parts.clock.now()
  const { seq } = store
  const tries = await pastTries.all(pacer)
  const groups = createGroups()
  const remaining = await readRemaining(sourceOf(parts, { at, tries, groups }), pacer)
  const { ids: playable, stuck, ...graph } = remaining
  const needed = ids === null ? null : neededOf(plan, ids)
  const fresh = tries.slice(-MOST_PREDICTED).filter(({ number }) => book.isNew(number))
  const order: ForecastOrder = {
    ...graph,
    seed: seq,
    wanted: needed && [...playable.keys()].filter((place) => needed.has(playable[place] ?? '')),
    tries: await columnsOf(tries, { plan, groups, fresh, kinds }, pacer),
    groups: groups.all(),
    judgementMs: Float64Array.from(parts.opened.forecasts.judgementTimes(JUDGEMENTS)),
    past: book.past(),
  }
  return {
    at,
    seq,
    remaining,
    tries: tries.length,
    fresh,
    left: order.wanted?.length ?? playable.length,
    stuck: needed ? [...stuck].filter((id) => needed.has(id)).length : stuck.size,
    order,
  }
}

function sourceOf(
  { opened, current, canRun }: Parts,
  {
    at,
    tries,
    groups,
  }: { readonly at: number; readonly tries: readonly KnownTry[]; readonly groups: Groups },
): RemainingSource {
  const { settings } = current.config
  const caps = capsOf(settings, true)
  const maxAgents = Math.min(caps.maxAgents, settings.machine.maxAgents ?? Infinity)
  return {
    plan: opened.plan,
    now: at,
    caps: { ...caps, maxAgents },
    route: (task) => current.routes.of(task),
    canRun,
    price: priceOf(tries),
    groups,
    kinds: settings.judging.kinds,
    judgeOf: (task, type) => judgeOf(settings, task, type),
  }
}

/** A score that is only for the record comes when the task is done already. */
function judgeOf(
  { evaluation }: Settings,
  task: Task,
  executorType: ExecutorType,
): 'nobody' | 'model' | 'person' {
  const gate = gateOf(task, evaluation)
  if (!isJudged(task, { executorType }, { gate })) return 'nobody'
  const { mode } = gate.gate
  if (mode === 'person') return 'person'
  return mode === 'gated' || evaluation.wait ? 'model' : 'nobody'
}

/** These, and all unfinished tasks that they wait for. */
function neededOf(plan: Plan, ids: readonly TaskId[]): ReadonlySet<string> {
  const needed = new Set<TaskId>(ids)
  for (const id of needed)
    for (const blocker of plan.blockersOf(id)) {
      const task = plan.tasks.get(blocker)
      if (task && !isSatisfied(task)) needed.add(blocker)
    }
  return needed
}

const DAY_MS = 86_400_000

async function columnsOf(
  tries: readonly KnownTry[],
  {
    plan,
    groups,
    fresh,
    kinds,
  }: {
    readonly plan: Plan
    readonly groups: Groups
    readonly fresh: readonly KnownTry[]
    readonly kinds: readonly string[]
  },
  pacer: Pacer,
): Promise<TryColumns> {
  const size = tries.length
  const columns = {
    id: new Float64Array(size),
    group: new Int32Array(size),
    startedAt: new Float64Array(size),
    endedAt: new Float64Array(size),
    isSuccess: new Uint8Array(size),
    day: new Int32Array(size),
    isNew: new Uint8Array(size),
  }
  const isFresh = new Set(fresh)
  const zoneMs = new Date().getTimezoneOffset() * 60_000
  for (const [at, one] of tries.entries()) {
    const task = plan.tasks.get(one.taskId)
    const kind = kindOf(task ?? { tags: one.tags, merging: null }, one.executorType, kinds)
    columns.id[at] = one.number
    columns.group[at] = groups.of(kind, one)
    columns.startedAt[at] = one.startedAt
    columns.endedAt[at] = one.endedAt
    columns.isSuccess[at] = Number(one.isSuccess)
    columns.day[at] = Math.floor((one.startedAt - zoneMs) / DAY_MS)
    columns.isNew[at] = Number(isFresh.has(one))
    const wait = pacer.pause()
    if (wait) await wait
  }
  return columns
}
