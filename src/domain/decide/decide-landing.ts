/** Landing a result, and what becomes of two results that do not merge: a task that brings them together. */
import type { CommandOf } from '../command.ts'
import type { Event } from '../event.ts'
import type { TaskId } from '../ids.ts'
import type { Conflict, Landing, LandingOutcome, Merger, Merging } from '../landing.ts'
import { hasResult, type Task } from '../task.ts'
import type { Plan } from '../plan.ts'
import { newTaskEvent } from './decide-add.ts'
import {
  decided,
  loggedEvent,
  noOp,
  refused,
  whyHint,
  wrongState,
  type Circumstances,
  type Decided,
} from './decision.ts'

type Settle = CommandOf<'landing.settle'>

export function decideLandingRequest(
  task: Task,
  { id, pullRequest = false }: CommandOf<'landing.request'>,
  { at, by }: Circumstances,
): Decided {
  const { resultCommit: result, landing } = task
  if (!hasResult(task)) return refused(wrongState(task, 'merged', whyHint(task)))
  if (result === null) return refused(wrongState(task, 'merged', withoutResult(task)))
  const isPerson = by.kind !== 'coordinator'
  if (landing?.result === result && landing.state === 'landed') return noOp(id)
  if (landing?.result === result && landing.state === 'queued')
    return isPerson ? decideAskedAgain(task, landing, pullRequest, at) : noOp(id)
  const asked = isPerson ? { isAuto: false, pullRequest } : goneOnWith(task)
  return decided([id], landingEvent(task, at, { state: 'queued', result, ...asked }))
}

/** What the policy asked for becomes a person's own. It may be under way, so it becomes no other. */
function decideAskedAgain(task: Task, landing: Landing, pullRequest: boolean, at: number): Decided {
  const { id } = task
  if (pullRequest !== (landing.pullRequest ?? false))
    return refused(wrongState(task, 'merged in another way', 'its merge is queued already'))
  if (!landing.isAuto) return noOp(id)
  const { isAuto: _, ...asked } = landing
  return decided([id], { type: 'task.landing', at, id, landing: asked })
}

const withoutResult = ({ worktreeName }: Task): string =>
  worktreeName === null
    ? 'it has no result in git: it worked in no worktree of its own'
    : 'it has no result in git: it changed nothing'

/** The coordinator goes on with what a person asked for once its conflict is settled. */
function goneOnWith({ landing }: Task) {
  const asked = landing?.state === 'conflict' ? landing : null
  return {
    isAuto: asked === null || asked.isAuto === true,
    pullRequest: asked?.pullRequest === true,
  }
}

export function decideLandingSettle(
  plan: Plan,
  { id, result, outcome, merger }: Settle,
  now: Circumstances,
): Decided {
  const task = plan.tasks.get(id)
  if (!task) return noOp(id)
  if (task.landing?.state !== 'queued' || task.landing.result !== result)
    return settleWithdrawn(task, { result, outcome }, now)
  switch (outcome.kind) {
    case 'landed':
    case 'prepared': {
      const { kind: state, commit, target, note: reason } = outcome
      const landing = landingEvent(task, now.at, { state, result, commit, target, reason })
      return decided([id], ...edgesOfGivenUp(plan, task, now), landing)
    }
    case 'refused': {
      const { target, reason } = outcome
      return decided([id], landingEvent(task, now.at, { state: 'refused', result, target, reason }))
    }
    case 'conflict':
      return settleConflict(plan, task, { ...outcome, result, merger }, now)
  }
}

/** It was withdrawn, and had landed by then: what the target holds is kept on record, whatever becomes of the task. */
function settleWithdrawn(
  task: Task,
  { result, outcome }: Pick<Settle, 'result' | 'outcome'>,
  now: Circumstances,
): Decided {
  const { id, landing } = task
  if (outcome.kind !== 'landed' && outcome.kind !== 'prepared') return noOp(id)
  const { kind: state, commit, target } = outcome
  if (landing?.state === state && landing.result === result) return noOp(id)
  const where = `${target} (${commit.slice(0, 10)})`
  const text = `its result ${result.slice(0, 10)} was ${state === 'landed' ? 'in' : 'prepared for'} ${where} already when that was withdrawn`
  const told = loggedEvent(id, text, now)
  // What was asked for since is about a newer result.
  if (landing !== null) return decided([id], told)
  const landed = landingEvent(task, now.at, { state, result, commit, target, reason: text })
  return decided([id], told, landed)
}

function settleConflict(
  plan: Plan,
  task: Task,
  found: Extract<LandingOutcome, { kind: 'conflict' }> & Pick<Settle, 'result' | 'merger'>,
  now: Circumstances,
): Decided {
  const { result, target, conflict, merger } = found
  // Those that build on it would meet the same conflict when they begin.
  const dependents = [...plan.dependentsOf(task.id)].filter(
    (next) => plan.tasks.get(next)?.state.kind === 'open',
  )
  const merge = mergeTaskFor(plan, task, { kind: 'landing', conflict, merger, dependents }, now)
  const { reason } = conflict
  if ('inVain' in merge) {
    const { inVain: unsettledBy } = merge
    const why = `${reason}; ${unsettledBy} was done and has not settled it`
    const refusal = { state: 'refused', result, target, reason: why, unsettledBy } as const
    return decided([task.id], landingEvent(task, now.at, refusal))
  }
  const state = 'conflict'
  const landing = landingEvent(task, now.at, { state, result, target, reason, mergeTask: merge.id })
  return decided([task.id], ...merge.events, ...edgesOfGivenUp(plan, task, now), landing)
}

/**
 * What waits for merge tasks that failed waits for them no longer once another is there, or none is needed: as far as their conflict
 * made it wait. What a person wrote stays.
 */
const edgesOfGivenUp = (plan: Plan, task: Task, { at }: Circumstances): Event[] =>
  [...plan.tasks.values()]
    .filter(
      ({ merging, state }) =>
        merging?.for === task.id && merging.kind === 'landing' && state.kind === 'failed',
    )
    .flatMap(({ id: blocker, merging }) =>
      [...plan.dependentsOf(blocker)]
        .filter(
          (dependent) =>
            merging?.holds?.includes(dependent) ?? plan.blockersOf(dependent).has(task.id),
        )
        .map((dependent): Event => ({ type: 'dependency.removed', at, blocker, dependent })),
    )

/**
 * What it comes to that the base of a task cannot be made: it waits for a merge task, which is named. Null when such a task has been done or
 * given up already and the conflict is still there: then only a person can tell what is wrong.
 */
export function baseConflictEvents(
  plan: Plan,
  task: Task,
  found: { readonly conflict: Conflict; readonly merger: Merger },
  now: Circumstances,
): { readonly mergeTask: TaskId; readonly events: readonly Event[] } | null {
  const dependents = [task.id]
  const merge = mergeTaskFor(plan, task, { kind: 'base', ...found, dependents }, now)
  return 'inVain' in merge ? null : { mergeTask: merge.id, events: merge.events }
}

interface Found {
  readonly kind: Merging['kind']
  readonly conflict: Conflict
  readonly merger: Merger
  /** What has to wait for it. */
  readonly dependents: readonly TaskId[]
}

/** One merge task per conflict: the one that is there already, or a new one; with the events by which that is so, and is waited for. */
function mergeTaskFor(
  plan: Plan,
  task: Task,
  found: Found,
  now: Circumstances,
): { readonly id: TaskId; readonly events: readonly Event[] } | { readonly inVain: TaskId } {
  const known = knownMerge(plan, task, found)
  const { kind, conflict, merger, dependents } = found
  if (known !== null)
    return known.isOver
      ? { inVain: known.id }
      : { id: known.id, events: moreEdges(plan, known.id, dependents, now) }
  const { ours, theirs, paths } = conflict
  const id = freeId(plan, `merge-${task.id}`)
  const how = merger.executor === 'manual' ? byHand(id, kind, conflict) : asOrder(conflict)
  const wish = {
    id,
    title: titleOf(task, kind, conflict),
    description: describe(conflict, how),
    priority: task.priority,
    ...(kind === 'landing' && task.verify !== null ? { verify: task.verify } : {}),
    ...merger,
    repo: task.repo,
  }
  const merging: Merging = {
    for: task.id,
    kind,
    ours,
    theirs,
    paths: paths.slice(0, 1000),
    holds: [...dependents],
  }
  const added = newTaskEvent(plan, wish, { merging }, now)
  return { id, events: [added, ...dependents.map((dependent) => edge(id, dependent, now))] }
}

const edge = (blocker: TaskId, dependent: TaskId, { at }: Circumstances): Event => ({
  type: 'dependency.added',
  at,
  blocker,
  dependent,
})

function moreEdges(
  plan: Plan,
  id: TaskId,
  dependents: readonly TaskId[],
  now: Circumstances,
): Event[] {
  const merging = plan.tasks.get(id)?.merging
  const more = dependents.filter((next) => next !== id && !plan.blockersOf(next).has(id))
  if (!merging || more.length === 0) return []
  const edges = more.map((dependent) => edge(id, dependent, now))
  // Unknown for one that is older than this field.
  if (!merging.holds) return edges
  const holds = [...merging.holds, ...more]
  return [...edges, { type: 'task.merging', at: now.at, id, merging: { ...merging, holds } }]
}

/**
 * The merge task that will settle it; `isOver` when one of these very commits is, and the conflict is still there. Whoever asks for a
 * landing again has it tried anew: a merge task of it that failed or was abandoned is passed over.
 */
function knownMerge(
  plan: Plan,
  task: Task,
  { kind, conflict: { ours, theirs } }: Pick<Found, 'kind' | 'conflict'>,
): { readonly id: TaskId; readonly isOver: boolean } | null {
  for (const { id, merging, state } of plan.tasks.values()) {
    if (merging?.theirs.commit !== theirs.commit || !mayWaitFor(plan, task.id, id)) continue
    if (kind === 'landing' && (state.kind === 'failed' || state.kind === 'abandoned')) continue
    const isSame = merging.ours.commit === ours.commit
    const isOver = state.kind === 'done' || state.kind === 'abandoned'
    if (isSame || (!isOver && merging.for === task.id)) return { id, isOver }
  }
  return null
}

/** A task that is itself waited for by the other would wait for ever. */
function mayWaitFor(plan: Plan, id: TaskId, other: TaskId): boolean {
  const seen = new Set<TaskId>([other])
  for (const at of seen) {
    if (at === id) return false
    for (const blocker of plan.blockersOf(at)) seen.add(blocker)
  }
  return true
}

const LONGEST_ID = 90

function freeId(plan: Plan, wanted: string): TaskId {
  const stem = wanted.slice(0, LONGEST_ID)
  let id = stem as TaskId
  for (let number = 2; plan.tasks.has(id); number += 1) id = `${stem}-${number}` as TaskId
  return id
}

function titleOf(task: Task, kind: Merging['kind'], { ours, theirs }: Conflict): string {
  const title =
    kind === 'landing'
      ? `Merge ${theirs.name} into ${ours.name}`
      : `Merge ${theirs.name} with ${ours.name}, for ${task.id}`
  return title.replace(/\s+/g, ' ').slice(0, 300)
}

const MAX_PATHS = 100

function describe({ ours, theirs, paths, hunks }: Conflict, how: string): string {
  const shown = paths.slice(0, MAX_PATHS).map((path) => `- ${path.replace(/\s+/g, ' ')}`)
  if (paths.length > MAX_PATHS) shown.push(`- and ${paths.length - MAX_PATHS} more`)
  return [
    `Two pieces of finished work change the same places, and git cannot merge them by itself: ${ours.name} (commit ${ours.commit}) and ${theirs.name} (commit ${theirs.commit}).`,
    how,
    `Conflicts are in:\n\n${shown.join('\n')}`,
    ...(hunks === '' ? [] : [`What git leaves there:\n\n${hunks.replace(/^/gm, '> ')}`]),
  ].join('\n\n')
}

const CARE =
  'Change nothing else, and take no side wholesale unless it already holds the meaning of both.'

/** For an agent, whose worktree begins at one side. */
const asOrder = ({ ours, theirs }: Conflict): string =>
  `Bring them together so that what both meant still holds:\n\n    git merge ${theirs.commit}\n\nThe folder stands at ${ours.commit}. Settle the conflicts, run what tests there are, and commit the merge. ${CARE}`

/** For a person, who has no folder for it yet: in a checkout of theirs their branch would move. */
function byHand(id: TaskId, kind: Merging['kind'], { ours, theirs }: Conflict): string {
  const branch = kind === 'landing' && /^\w[\w./-]*$/.test(ours.name) ? ours.name : null
  const lines = [
    `git worktree add --detach ../${id} ${branch ?? ours.commit}`,
    `cd ../${id}`,
    `git merge ${theirs.commit}`,
  ]
  const also =
    branch === null
      ? ''
      : `\n\nWhere you have ${branch} checked out, the git merge alone will do, there.`
  return [
    'Bring them together so that what both meant still holds. At the top of your checkout, with a folder of its own, so that no branch of yours moves:',
    lines.map((line) => `    ${line}`).join('\n'),
    `Settle the conflicts, run what tests there are, and commit the merge. ${CARE} Then say so, and the folder may go (git worktree remove):`,
    `    yard done ${id}${also}`,
  ].join('\n\n')
}

function landingEvent(
  { id, landing }: Task,
  at: number,
  wanted: Pick<Landing, 'state' | 'result'> &
    Partial<Omit<Landing, 'isAuto' | 'pullRequest'>> & {
      readonly isAuto?: boolean
      readonly pullRequest?: boolean
    },
): Event {
  const { target = null, mergeTask = null } = landing ?? {}
  const { isAuto = landing?.isAuto, pullRequest = landing?.pullRequest, ...more } = wanted
  return {
    type: 'task.landing',
    at,
    id,
    landing: {
      commit: null,
      reason: null,
      target,
      mergeTask,
      at,
      ...more,
      ...(isAuto ? { isAuto } : {}),
      ...(pullRequest ? { pullRequest } : {}),
    },
  }
}
