/** Everything that keeps an open task from starting now, the nearest to the person first. */
import type { Agent } from '../../domain/agent.ts'
import { isLaunched } from '../../domain/routing/holder.ts'
import type { WaitReason, WhyVoice } from '../../contract/why.ts'
import {
  awakeRoute,
  breakersOver,
  cannotRun,
  resolveRoute,
  type ShownRoute,
} from './shown-route.ts'
import type { Breaker, Plan } from '../../domain/plan.ts'
import { shownStateOf } from '../../domain/plan.ts'
import { endingBlockerOf } from '../../domain/graph/upstream.ts'
import type { TaskId } from '../../domain/ids.ts'
import { isTakenByPeople, type Settings } from '../../domain/settings.ts'
import { isHeldByAssignment } from '../../domain/judging/assignment.ts'
import { isDraft, isSatisfied, type Task } from '../../domain/task.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import type { Yard } from '../yard.ts'
import { atTime, clockTime, isoTime } from './iso-time.ts'

export type WaitSource = Pick<
  Yard,
  'config' | 'host' | 'isTrusted' | 'machineHold' | 'now' | 'plan' | 'probeExecutor' | 'readOnly'
>

export function waitReasons(yard: WaitSource, task: Task, voice: WhyVoice): WaitReason[] {
  return [
    ...ownReasons(yard.plan, task, voice),
    ...blockerReasons(yard, task),
    ...timeReasons(task, yard.now()),
    ...routeReasons(yard, task, voice),
    ...yardReasons(yard, voice),
  ]
}

/** What helps: a command to type, or on the page, where a button stands beside it, what that does not say by itself. */
export const hint = (voice: WhyVoice, command: string, onPage = ''): string =>
  voice === 'page' ? onPage : command

const reason = (
  kind: WaitReason['kind'],
  subject: string | null,
  text: string,
  untilMs: number | null = null,
): WaitReason => ({ kind, subject, text, until: untilMs === null ? null : isoTime(untilMs) })

function ownReasons(plan: Plan, task: Task, voice: WhyVoice): WaitReason[] {
  if (isHeldByAssignment(plan, task)) {
    const asked = task.assigning ?? null
    return [reason('time', asked, `a model is asked who does it (${asked})`)]
  }
  if (!task.held) return []
  const state = isDraft(task) ? 'a draft' : 'paused'
  const release = hint(voice, `: ${releaseText(plan, task)}`)
  return [reason('hold', task.id, `it is ${state}${release}`)]
}

/** What releases a task that is held. */
export function releaseText(plan: Plan, task: Task): string {
  const release =
    isDraft(task) && plan.dependentsOf(task.id).size > 0
      ? `yard publish ${task.id} (or yard resume ${task.id} for it alone)`
      : `yard resume ${task.id}`
  return `${release} lets it go on`
}

function blockerReasons(yard: WaitSource, task: Task): WaitReason[] {
  const reasons: WaitReason[] = []
  for (const id of yard.plan.blockersOf(task.id)) {
    const blocker = yard.plan.tasks.get(id)
    if (!blocker) continue
    if (isSatisfied(blocker)) {
      const ending = yard.plan.agentOf(id)
      if (
        ending &&
        ending.by !== 'person' &&
        task.state.kind === 'open' &&
        endingBlockerOf(yard.plan, task.id) === id
      )
        reasons.push(reason('task', id, `${id} is over, but its ${ending.id} is still being ended`))
      continue
    }
    const until = blocker.state.kind === 'open' ? blocker.state.notBefore : null
    reasons.push(reason('task', id, blockerText(yard, blocker), until))
  }
  return reasons
}

function blockerText(yard: WaitSource, blocker: Task): string {
  const { plan } = yard
  const shown = shownStateOf(plan, blocker, yard.now())
  if (blocker.state.kind === 'failed')
    return `${blocker.id} failed (${blocker.state.failure.reason}) and must be retried or abandoned first`
  if (shown === 'in-progress')
    return `${blocker.id} is in progress (${plan.agentOf(blocker.id)?.id})`
  if (shown !== 'blocked') return `${blocker.id} is ${shown}`
  const chain = chainAbove(yard, blocker.id)
  const root = plan.tasks.get(chain.at(-1) ?? blocker.id)
  if (!root || root === blocker)
    return `${blocker.id} is blocked itself (${plan.unmetOf(blocker.id)} to go)`
  const between = chain.slice(1, -1)
  const named = between.slice(0, CHAIN_SHOWN).join(', ')
  const more = between.length - CHAIN_SHOWN
  const through = more > 0 ? ` by ${named} and ${more} more` : named === '' ? '' : ` by ${named}`
  return `${blocker.id} is blocked${through}: ${blockerText(yard, root)}`
}
const CHAIN_SHOWN = 4

/**
 * From a blocked task up to what holds it back in the end, the nearest first: a failure, for then it can never run until a person
 * acts, else what waits for a person, else anything. Looks at no more than `LOOK_LIMIT` tasks.
 */
function chainAbove(yard: WaitSource, start: TaskId): readonly TaskId[] {
  const below = new Map<TaskId, TaskId | null>([[start, null]])
  let found: { readonly id: TaskId; readonly rank: number } = { id: start, rank: NO_ROOT }
  for (const id of below.keys()) {
    const rank = rankOfRoot(yard, id)
    if (rank < found.rank) found = { id, rank }
    if (found.rank === 0 || below.size > LOOK_LIMIT) break
    for (const next of yard.plan.blockersOf(id)) if (!below.has(next)) below.set(next, id)
  }
  const chain: TaskId[] = []
  for (let id: TaskId | null = found.id; id !== null; id = below.get(id) ?? null) chain.unshift(id)
  return chain
}

const NO_ROOT = 3

/** The less the sooner it is named; `NO_ROOT` for what holds nothing back, or is held back itself. */
function rankOfRoot({ plan, now }: WaitSource, id: TaskId): number {
  const task = plan.tasks.get(id)
  if (!task || isSatisfied(task)) return NO_ROOT
  const shown = shownStateOf(plan, task, now())
  if (shown === 'failed') return 0
  if (shown === 'blocked') return NO_ROOT
  return NEEDS_PERSON.has(shown) ? 1 : 2
}
const NEEDS_PERSON: ReadonlySet<ShownState> = new Set(['waiting', 'paused'])
const LOOK_LIMIT = 10_000

function timeReasons(task: Task, now: number): WaitReason[] {
  if (task.state.kind !== 'open') return []
  const { notBefore, park, triage } = task.state
  const reasons: WaitReason[] = []
  if (triage) {
    const until = clockTime(notBefore ?? now, now)
    const last = triage.otherwise === 'fail' ? ', its last try; without a verdict it fails' : ''
    const text = `a model is asked what became of ${task.lastAgentId} (${triage.judgementId})${last}, until ${until}`
    reasons.push(reason('time', null, text, notBefore))
  } else if (notBefore !== null && notBefore > now) {
    const isRetry = task.lastFailure !== null && notBefore !== task.scheduledFor
    const what = isRetry ? 'it is tried again' : task.schedule ? 'its schedule fires' : 'it starts'
    reasons.push(reason('time', null, `${what} ${atTime(notBefore, now)}`, notBefore))
  }
  if (park && park.until > now) {
    const text = `its provider sleeps until ${clockTime(park.until, now)} (${unended(park.reason)})`
    reasons.push(reason('provider', null, text, park.until))
  }
  return reasons
}

/** Who settles a conflict that no agent takes, and why. */
export const byPerson = ({ worktree }: Pick<Settings, 'worktree'>): string =>
  worktree.merger === 'agent'
    ? 'a person settles the merge conflict, for no agent that could was found on this machine'
    : 'a person settles the merge conflict'

function routeReasons(yard: WaitSource, task: Task, voice: WhyVoice): WaitReason[] {
  const { settings } = yard.config()
  const route = resolveRoute(settings, task)
  if (!route.ok) return [reason('executor', task.executor, route.error.message)]
  const { profile } = route.value
  if (isTakenByPeople(profile.type)) {
    const text =
      profile.type === 'external'
        ? `another orchestrator does it: it waits for yard claim ${task.id}`
        : task.merging
          ? `${byPerson(settings)}: ${mergeByHand(task, voice)}`
          : `a person does it: ${hint(voice, `when it is done, yard done ${task.id}`, 'claim it, or mark it done')}`
    return [reason('person', profile.name, text)]
  }
  const way = awakeRoute({ plan: yard.plan, settings }, task, route.value)
  const { problem } = yard.probeExecutor(way.profile.name, way.model)
  return [
    ...(problem === null
      ? []
      : [reason('executor', way.profile.name, cannotRun(way.profile.name, problem))]),
    ...breakersOver(yard.plan, task, way)
      .filter((breaker) => !isParkedFor(task, breaker, yard.now()))
      .map((breaker) => breakerReason(breaker, yard.now())),
    ...capReasons(yard.plan, settings, task, way),
    ...machineReasons(yard),
  ]
}

const mergeByHand = ({ id }: Task, voice: WhyVoice): string =>
  hint(
    voice,
    `yard show ${id} says what to merge; when that is committed, yard done ${id}`,
    'what to merge is described below; when that is committed, mark it done',
  )

function machineReasons(yard: WaitSource): WaitReason[] {
  const hold = yard.machineHold()
  return hold === null ? [] : [reason(hold.kind, 'machine', hold.text)]
}

/** It sleeps for the same reason, and at least as long: that is told already. */
const isParkedFor = ({ state }: Task, { reason: why, until }: Breaker, now: number): boolean =>
  state.kind === 'open' &&
  state.park?.reason === why &&
  state.park.until > now &&
  until !== null &&
  until <= state.park.until

function breakerReason({ kind, subject, reason: why, until }: Breaker, now: number): WaitReason {
  if (kind === 'budget') return reason('budget', subject, why, until)
  const signIn = kind === 'provider' && until === null ? ' (a person must sign in, then retry)' : ''
  const end = until === null ? '' : ` until ${clockTime(until, now)}`
  return reason(
    'breaker',
    subject,
    `${subject} is held back${end}: ${unended(why)}${signIn}`,
    until,
  )
}

/** A sentence of somebody else, to stand within one of ours. */
const unended = (text: string): string => text.trimEnd().replace(/\.$/, '')

function capReasons(
  plan: Plan,
  settings: Settings,
  task: Task,
  { profile, model }: ShownRoute,
): WaitReason[] {
  const agents = [...plan.agents.values()].filter(isLaunched)
  const { coordinator, caps } = settings
  const full = (
    name: string,
    cap: number | null | undefined,
    counts: (agent: Agent) => boolean,
  ): WaitReason[] => {
    const alive = agents.filter(counts).length
    return cap === null || cap === undefined || alive < cap
      ? []
      : [reason('cap', name, `all places of ${name} are taken (${alive} of ${cap})`)]
  }
  return [
    ...memberReasons(plan, task),
    ...full('max_agents', coordinator.maxAgents, () => true),
    ...full(`executor ${profile.name}`, profile.maxAgents, (a) => a.executor === profile.name),
    ...(model === null ? [] : full(`model ${model}`, caps.models[model], (a) => a.model === model)),
    ...task.tags.flatMap((tag) => full(`tag ${tag}`, caps.tags[tag], (a) => a.tags.includes(tag))),
  ]
}

/** A member has one agent at a time. */
function memberReasons(plan: Plan, { member }: Task): WaitReason[] {
  const agent = member === null ? null : plan.agentOfMember(member)
  return agent === null
    ? []
    : [
        reason(
          'cap',
          `member ${member}`,
          `${member} has another turn (${agent.id}, on ${agent.taskId})`,
        ),
      ]
}

function yardReasons(yard: WaitSource, voice: WhyVoice): WaitReason[] {
  const reasons: WaitReason[] = []
  const add = (kind: WaitReason['kind'], text: string, command: string): void =>
    void reasons.push(reason(kind, 'yard', `${text}${hint(voice, `: ${command}`)}`))
  if (yard.plan.facts.paused) add('pause', 'the coordinator is paused', RESUME)
  if (!yard.isTrusted()) add('trust', 'this yard was not made here', 'yard trust confirms it')
  const readOnly = yard.readOnly()
  if (readOnly !== null)
    reasons.push(reason('read-only', 'yard', `nothing can be changed now: ${readOnly}`))
  if (yard.host === 'command') add('host', 'no coordinator runs', 'yard run, or yard service start')
  return reasons
}

export const RESUME = 'yard service resume'
