/**
 * The queue of landings. Level-triggered like all else: what is queued in the plan is given to the lander, one at a time per
 * folder, until its outcome is committed; a crash at any point only means that it is given again.
 */
import type { Command } from '../domain/command.ts'
import type { TaskId } from '../domain/ids.ts'
import type { LandingOrder, LandingOutcome } from '../domain/landing.ts'
import { hasNewResult, type Task } from '../domain/task.ts'
import type { Plan } from '../domain/plan.ts'
import { mergeAbove } from '../domain/graph/upstream.ts'
import type { CommittedBatch } from './dispatch.ts'
import type { CoordinatorParts } from './ports.ts'

/** Tasks looked at in one turn of the loop. */
const MOST_IN_TURN = 2000

export function createLandings(parts: CoordinatorParts, wake: () => void) {
  const { plan, landing, dispatcher, log, startsAgents } = parts
  const noted = new Set<TaskId>()
  const queued = new Set<TaskId>()
  /** By folder. */
  const underWay = new Map<string, UnderWay>()
  let isResting = false
  let isDraining = false

  /** Lost: it could not be saved now. */
  const send = async (command: Command): Promise<'saved' | 'refused' | 'lost'> => {
    const reply = await dispatcher.dispatch(command, { kind: 'coordinator' })
    if (reply.ok) return 'saved'
    if (reply.error.kind === 'read-only' || reply.error.kind === 'locked') return 'lost'
    log.warn('a landing was refused', { type: command.type, why: reply.error.message })
    return 'refused'
  }
  /** What could not be saved is asked for again when saving is tried again. `because`: the task that was looked at. */
  const request = (id: TaskId, because: TaskId): void =>
    void send({ type: 'landing.request', id }).then((fate) => {
      if (fate === 'lost') noted.add(because)
    })
  /** An outcome that could not be saved is not kept: the order is given again, and finds its own work done. */
  const carryOut = async (order: LandingOrder): Promise<void> => {
    const withdrawal = new AbortController()
    underWay.set(order.folder, { order, withdrawal })
    try {
      const outcome = await landing.lander.land(order, withdrawal.signal)
      const isWithdrawn = withdrawal.signal.aborted
      // Not now: asked again by the timer, so that it does not spin the loop.
      if (outcome === null && !isWithdrawn) isResting = true
      // What the next owner would need stays until the outcome is saved.
      else if (outcome === null || (await send(settled(plan, order, outcome, landing))) === 'saved')
        await landing.lander.clear(order, outcome)
    } catch (error) {
      isResting = true
      log.error('landing failed', { task: order.taskId, error: String(error) })
    } finally {
      underWay.delete(order.folder)
      noted.add(order.taskId)
      wake()
    }
  }
  /** Aborts the landing of a result that is not asked for any more. */
  const withdraw = (id: TaskId): void => {
    const asked = plan.tasks.get(id)?.landing
    for (const { order, withdrawal } of underWay.values())
      if (order.taskId === id && !(asked?.state === 'queued' && asked.result === order.result))
        withdrawal.abort()
  }
  /** The first of each folder, unless something is under way there. */
  const give = (tasks: readonly Task[], isRetry: boolean): void => {
    if (isRetry) isResting = false
    if (isResting || (dispatcher.readOnly() !== null && !isRetry)) return
    for (const task of tasks) {
      if (task.landing?.isAuto && plan.facts.paused) continue
      const order = mergeAbove(plan, task.id) === null ? landing.orderOf(task) : null
      if (order && !underWay.has(order.folder)) void carryOut(order)
    }
  }
  const reset = (): void => {
    // A host that only does one command leaves what others asked for to the host that starts agents.
    if (!startsAgents) return
    for (const task of plan.tasks.notable()) if (mayConcern(task)) noted.add(task.id)
  }
  return {
    /** A commit: notes which tasks to look at again. */
    note(batch: CommittedBatch): void {
      for (const change of batch.changes) {
        // What was held back while the yard was paused.
        if (change.entity === 'yard') reset()
        if (change.entity !== 'task') continue
        const id = change.id as TaskId
        // Most tasks have nothing to land; one that is queued may have nothing any more.
        if ((change.after && mayConcern(change.after)) || queued.has(id)) noted.add(id)
        if (underWay.size > 0) withdraw(id)
      }
    },
    /** To be looked at, though nothing of it has changed: it may be queued since another owner. */
    ask(id: TaskId): void {
      noted.add(id)
      wake()
    },
    /** Everything anew: at the start and when the settings have changed. */
    reset,
    /** Asks for what the policy wants landed, and gives the lander its next orders. `isRetry`: also what could not be done before. */
    update(isRetry: boolean): void {
      if (isDraining) return
      let left = MOST_IN_TURN
      // Oldest first; what is noted meanwhile comes behind.
      for (const id of noted) {
        if (--left < 0) {
          wake()
          break
        }
        noted.delete(id)
        const task = plan.tasks.get(id)
        if (task?.landing?.state === 'queued') queued.add(id)
        else queued.delete(id)
        const wanted = task && wantedBy(plan, task, startsAgents ? landing.policy() : 'keep')
        if (wanted) request(wanted, id)
      }
      give(inOrder(plan, queued), isRetry)
    },
    drain: () => void (isDraining = true),
  }
}

type UnderWay = { readonly order: LandingOrder; readonly withdrawal: AbortController }

const mayConcern = ({ landing, merging, resultCommit }: Task): boolean =>
  landing !== null || merging !== null || resultCommit !== null

/** First asked, first landed; what was asked together follows the graph, for a task is made after those it waits for. */
const inOrder = (plan: Plan, ids: ReadonlySet<TaskId>): Task[] =>
  [...ids]
    .flatMap((id) => plan.tasks.get(id) ?? [])
    .filter((task) => task.landing?.state === 'queued')
    .toSorted((a, b) => (a.landing?.at ?? 0) - (b.landing?.at ?? 0) || a.order - b.order)

/**
 * A landing that starts by itself: by the policy, or one whose conflict this task has settled. While the yard is paused
 * only one that a person asked for goes on.
 */
function wantedBy(plan: Plan, task: Task, policy: 'keep' | 'auto' | 'pr'): TaskId | null {
  const { merging } = task
  if (merging !== null)
    return task.state.kind === 'done' ? settledBy(plan, task.id, merging.for) : null
  return policy !== 'keep' && !plan.facts.paused && hasNewResult(task) ? task.id : null
}

function settledBy(plan: Plan, merge: TaskId, id: TaskId): TaskId | null {
  const waiting = plan.tasks.get(id)?.landing
  if (waiting?.state !== 'conflict' || waiting.mergeTask !== merge) return null
  return waiting.isAuto && plan.facts.paused ? null : id
}

function settled(
  plan: Plan,
  { taskId: id, result }: LandingOrder,
  outcome: LandingOutcome,
  { mergerOf }: CoordinatorParts['landing'],
): Command {
  const task = plan.tasks.get(id)
  const merger = task ? mergerOf(task) : { executor: null, model: null }
  return { type: 'landing.settle', id, result, outcome, merger }
}
