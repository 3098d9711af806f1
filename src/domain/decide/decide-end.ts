/** What an agent's end means for its task: the completion table, then the policy of its failure's class. */
import { workedBy, type Agent, type Outcome, type StopReason, type Usage } from '../agent.ts'
import { clipInstant } from '../../base/instant.ts'
import { clipCount } from '../bounds.ts'
import type { CommandOf } from '../command.ts'
import {
  endedBeforeStop,
  isUnchecked,
  judge,
  keptEvidence,
  withoutExit,
  type Verdict,
} from '../completion.ts'
import { formatDuration } from '../format.ts'
import type { Event } from '../event.ts'
import { attemptLimit, retryDelayMs, VERDICTS, workFailure, type WorkFailure } from '../failure.ts'
import type { Plan } from '../plan.ts'
import { hasResult, type Task } from '../task.ts'
import { baseConflictEvents } from './decide-landing.ts'
import { afterTurn } from './turn-end.ts'
import { askedEvents, stoppedByVerdict } from './decide-triage.ts'
import { resultEvents } from './evaluated.ts'
import { budgetFailure, overspentEvent } from './decide-open.ts'
import {
  attachedEvents,
  decided,
  noOp,
  providerAsleep,
  repeatedEvent,
  returnedEvent,
  type Circumstances,
  type Decided,
} from './decision.ts'

type End = CommandOf<'agent.end'>

/** How long a provider sleeps when it did not say. */
const QUOTA_SLEEP_MS = 15 * 60_000
/** A provider that wants to be left alone for longer than this sleeps, whatever it calls that. */
const LONG_WAIT_MS = 60_000
/** No provider sleeps longer: a reset beyond that was misread, or is for a person to judge. */
const MAX_SLEEP_MS = 30 * 24 * 3_600_000

interface Settlement {
  readonly outcome: Outcome
  readonly failure: WorkFailure | null
  /** What becomes of the task; empty when somebody else has settled it. */
  readonly task: readonly Event[]
  readonly resumable: boolean
}

export function decideEnd(plan: Plan, given: End, now: Circumstances): Decided {
  const agent = plan.agents.get(given.agentId)
  if (!agent || agent.generation !== given.generation) return noOp(given.agentId)
  const command = withinBounds(given, agent, now.at)
  const task = plan.tasks.get(agent.taskId)
  if (!task) return noOp(command.agentId)
  const settled = settle({ plan, task, agent, end: command, at: now.at, now })
  const ended: Event = {
    type: 'agent.ended',
    at: now.at,
    id: agent.id,
    endedAt: command.endedAt,
    outcome: settled.outcome,
    failure: settled.failure,
    exitCode: command.evidence.exit?.code ?? null,
    usage: command.usage,
    costSource: command.costSource ?? null,
    conversation: command.conversation,
    resumable: settled.resumable,
    changes: command.changes,
    evidence: keptEvidence(command.evidence),
  }
  const attached = attachedEvents(task.id, agent, command.artifacts, now)
  const workedMs = workedBy(agent, command.endedAt)
  const after = withWork(settled.task, workedMs)
  const { outcome, failure } = settled
  const about = { plan, task, agent, end: command, at: now.at }
  const mail = afterTurn({ ...about, outcome, failure, settled: after })
  return decided([agent.id], ...attached, ended, ...mail)
}

/** Its figures come from files and streams that the agent can write itself. Nothing ends before its claim, or later than it is reported. */
const withinBounds = (end: End, { claimedAt }: Agent, at: number): End => ({
  ...end,
  // A claim that lies ahead was made by a clock that has been set back: it says nothing of the end.
  endedAt: Math.min(Math.max(clipInstant(end.endedAt), claimedAt <= at ? claimedAt : 0), at),
  usage: end.usage && clipUsage(end.usage),
})

const clipUsage = (usage: Usage): Usage => ({
  inputTokens: clipCount(usage.inputTokens),
  outputTokens: clipCount(usage.outputTokens),
  cachedTokens: clipCount(usage.cachedTokens),
  reasoningTokens: clipCount(usage.reasoningTokens),
  costUsd: clipCount(usage.costUsd),
  ...(usage.atLeast ? { atLeast: true } : {}),
})

/** Of the holder of the task; another's work is no part of what was settled without it. */
function withWork([first, ...rest]: readonly Event[], workedMs: number): readonly Event[] {
  if (first === undefined) return []
  switch (first.type) {
    case 'task.completed':
    case 'task.failed':
    case 'task.returned':
    case 'task.repeated':
    case 'task.awaiting':
    case 'task.judging':
      return [{ ...first, workedMs }, ...rest]
    default:
      return [first, ...rest]
  }
}

function settle(scene: Scene): Settlement {
  const { task, agent, end } = scene
  const isHolder = task.state.kind === 'in-progress' && task.state.agentId === agent.id
  if (!isHolder)
    return { outcome: outcomeOfLoser(agent), failure: null, task: landed(scene), resumable: false }
  const stop = agent.state.kind === 'stopping' ? agent.state.reason : null
  if (stop === 'taken-back' || (agent.by === 'pilot' && agent.report === null))
    return givenBack(scene)
  const isCutShort = stop === 'reported' && !endedBeforeStop(agent.state, end)
  const evidence = isCutShort ? withoutExit(end.evidence) : end.evidence
  const verdict = judge(evidence, agent.report, agent.executorType)
  return stopped(scene, stop, verdict) ?? judged(scene, verdict)
}

/** What a stop makes of its end; null where what it had come to by itself counts. */
function stopped(scene: Scene, stop: StopReason | null, verdict: Verdict): Settlement | null {
  const isDone = verdict.outcome === 'done' && !isUnchecked(scene.end.evidence)
  const isOwnEnd = endedBeforeStop(scene.agent.state, scene.end)
  switch (stop) {
    case 'killed':
    case 'redispatch':
      return isOwnEnd && isDone ? null : killed(scene.task, stop, scene.at)
    case 'budget':
      return isOwnEnd || isDone ? null : overspent(scene)
    case 'timeout':
    case 'silent':
    case 'triaged': {
      const isReported =
        scene.agent.report?.kind === 'done' || scene.end.evidence.how === 'reported'
      const hasSaidDone = isDone && isReported
      return isOwnEnd || hasSaidDone ? null : ended(scene, stop)
    }
    default:
      return null
  }
}

function judged(scene: Scene, verdict: Verdict): Settlement {
  const unmerged = conflicted(scene)
  if (unmerged) return unmerged
  const { task, at } = scene
  const { outcome } = verdict
  if (outcome === 'done') {
    const done = resultEvents(scene, at)
    // Sent back by a judge, its next agent goes on with the conversation; a member does with its own in any case.
    const isOver = done[0]?.type === 'task.completed' || done[0]?.type === 'task.repeated'
    const resumable = task.member !== null || !isOver
    return { outcome, failure: null, task: done, resumable }
  }
  const bad = verdict.failure ?? workFailure('crash', 'it ended badly')
  if (verdict.isFree) return { ...returned(task, at, bad), outcome: 'lost' }
  return { outcome, failure: bad, ...policy(scene, bad) }
}

const HOW_GIVEN_BACK = {
  exited: 'superseded',
  reported: 'superseded',
  lost: 'lost',
  'never-ran': 'lost',
  'not-launched': 'failed',
} as const satisfies Record<End['evidence']['how'], Outcome>

/** Its person said nothing of the task, or somebody took it back: it goes on where it was left, and no attempt is spent. */
function givenBack({ task, end, at }: Scene): Settlement {
  const { how, failure } = end.evidence
  const gone = workFailure('lost', 'its terminal has gone without a word')
  const bad = how === 'lost' ? gone : failure
  return { ...returned(task, at, bad), outcome: HOW_GIVEN_BACK[how] }
}

/** Open again, and what failed is resumed. */
const returned = (
  { id }: Task,
  at: number,
  failure: WorkFailure | null,
  held = false,
): Omit<Settlement, 'outcome'> => ({
  failure,
  task: [returnedEvent(id, at, { failure, held })],
  resumable: true,
})

/** The work that it builds on does not merge: it waits for a task that settles that. Nothing was begun, and no attempt is spent. */
function conflicted({ plan, task, end, at, now }: Scene): Settlement | null {
  const { conflict } = end.evidence
  if (!conflict) return null
  const merger = end.merger ?? { executor: null, model: null }
  const waits = baseConflictEvents(plan, task, { conflict, merger }, now)
  if (!waits) return null
  const bad = workFailure('isolation', `${conflict.reason}; ${waits.mergeTask} settles that first`)
  // The task itself has failed at nothing.
  const events = [returnedEvent(task.id, at), ...waits.events]
  return { outcome: 'superseded', failure: bad, task: events, resumable: true }
}

/** All that a policy looks at. */
interface Scene {
  readonly plan: Plan
  readonly task: Task
  readonly agent: Agent
  readonly end: End
  readonly at: number
  readonly now: Circumstances
}

/** By a watch: its time was over, or it said nothing for too long. */
function ended(scene: Scene, stop: 'timeout' | 'silent' | 'triaged'): Settlement {
  const { timeoutMs } = scene.agent
  const limit = timeoutMs === null ? 'its limit' : formatDuration(timeoutMs)
  const bad =
    stop === 'timeout'
      ? workFailure('timeout', `it ran longer than ${limit} and was ended`)
      : workFailure('lost', 'it was silent for too long and was ended')
  const outcome = stop === 'timeout' ? 'failed' : 'lost'
  const byVerdict = stop === 'triaged' ? endedByVerdict(scene, bad) : null
  if (byVerdict) return byVerdict
  return { outcome, failure: bad, ...policy(scene, bad) }
}

/** A model has said what becomes of it, and why it was ended. */
function endedByVerdict(scene: Scene, bad: WorkFailure): Settlement | null {
  const { plan, task, agent, end, at, now } = scene
  const left = { ...end, evidence: keptEvidence(end.evidence) }
  const attempts = task.attempts + 1
  const settled = stoppedByVerdict({ plan, task, agent, left, failure: bad, attempts, at }, now)
  if (!settled) return null
  const { isDone, keepsConversation: resumable } = settled
  const failure = isDone ? null : bad
  return { outcome: isDone ? 'done' : 'lost', failure, task: settled.task, resumable }
}

/** A person called the task done while this agent was at work: what it leaves is the task's result, unless that is a merge that was looked at. */
function landed({ task, end, at }: Scene): Event[] {
  if (task.merging !== null) return []
  const resultCommit = end.changes?.commit ?? null
  return hasResult(task) && resultCommit !== null && resultCommit !== task.resultCommit
    ? [{ type: 'task.landed', at, id: task.id, resultCommit }]
    : []
}

const outcomeOfLoser = (agent: Agent): Outcome =>
  agent.state.kind === 'stopping' &&
  (agent.state.reason === 'killed' || agent.state.reason === 'abandoned')
    ? 'killed'
    : 'superseded'

/** By a person: the task reopens paused, or at once with `redispatch`. No attempt is spent. */
function killed(task: Task, reason: 'killed' | 'redispatch', at: number): Settlement {
  const bad = workFailure('killed', 'it was killed by a person')
  return { ...returned(task, at, bad, reason === 'killed'), outcome: 'killed' }
}

/** It has asked, and the answer is there already. */
const isAnswered = ({ report }: Agent): boolean => report?.kind === 'fail' && !!report.isAnswered

/** The retry policy of each class of failure, in one place. */
function policy(scene: Scene, bad: WorkFailure): Pick<Settlement, 'task' | 'resumable'> {
  const { task, agent, end, at } = scene
  // It was never tried: it waits until its program is on this machine.
  const isUntried = bad.class === 'missing-program' && end.evidence.how === 'not-launched'
  if (isUntried || isAnswered(agent))
    return { resumable: true, task: [returnedEvent(task.id, at, { failure: bad })] }
  switch (VERDICTS[bad.class]) {
    case 'park':
      return { resumable: true, task: parked(scene, bad) }
    case 'back-off': {
      if (bad.resetAt !== null && bad.resetAt - at > LONG_WAIT_MS)
        return { resumable: true, task: parked(scene, bad) }
      const delayMs = Math.round(retryDelayMs(task.backOffs + 1) * (0.5 + end.jitter))
      const notBefore = at + delayMs
      const returned = returnedEvent(task.id, at, { notBefore, failure: bad, isBackOff: true })
      return { resumable: true, task: [returned] }
    }
    case 'ask': {
      // A key that is missing here says nothing of the provider: no request was sent.
      const wasAsked = bad.class === 'auth' && end.evidence.how !== 'not-launched'
      const awaiting: Event = {
        type: 'task.awaiting',
        at,
        id: task.id,
        for: bad.class === 'question' ? 'answer' : 'sign-in',
        text: bad.reason,
        failure: bad,
        provider: wasAsked ? agent.provider : null,
      }
      return { resumable: true, task: [awaiting, ...(wasAsked ? signedOut(scene, bad) : [])] }
    }
    case 'retry':
    case 'retry-if-asked':
      return retried(scene, bad)
    case 'fail':
      return { resumable: false, task: [failedEvent(task, bad, end, at)] }
  }
}

/** A run of a repeating task is over by it; any other task waits until it may spend more, and then goes on where it was. */
function overspent({ task, end, at }: Scene): Settlement {
  const failure = budgetFailure(task)
  const over = repeatedEvent(task, end, failure, at) ?? overspentEvent(task.id, failure.reason, at)
  return { outcome: 'killed', failure, task: [over], resumable: true }
}

/** No other agent is started on it: its account rests until a person has acted. */
function signedOut({ plan, agent, at }: Scene, { reason }: WorkFailure): Event[] {
  const { provider } = agent
  return provider === null || plan.breakers.get(`provider:${provider}`)?.until === null
    ? []
    : [providerAsleep({ subject: provider, reason, since: at, until: null }, at)]
}

/** The provider sleeps: the task waits for it, and a breaker holds back everybody else who would ask it. */
function parked({ plan, task, agent, end, at }: Scene, bad: WorkFailure): Event[] {
  const { provider } = agent
  const { reason } = bad
  const wanted = Math.max(bad.resetAt ?? at + QUOTA_SLEEP_MS, at + 1000)
  const until = Math.min(wanted, at + MAX_SLEEP_MS)
  // Somebody stands in for it, so the task need not sleep along with it.
  const park = end.hasFallback && provider !== null ? null : { until, reason, provider }
  const events: Event[] = [returnedEvent(task.id, at, { park, failure: bad })]
  if (provider === null) return events
  const known = plan.breakers.get(`provider:${provider}`)
  // A later word that names no time, or an earlier one, must not wake it too soon.
  if (known && (known.until ?? until) >= until) return events
  return [
    ...events,
    providerAsleep({ subject: provider, reason, since: known?.since ?? at, until }, at),
  ]
}

function retried(
  { plan, task, agent, end, at }: Scene,
  bad: WorkFailure,
): Pick<Settlement, 'task' | 'resumable'> {
  const attempts = task.attempts + 1
  const isLast = attempts >= (attemptLimit(bad.class, task.maxAttempts) ?? 0)
  // A conversation that was resumed and failed again may itself be the trouble: the next try starts a new one.
  const resumable = !(agent.resumed && bad.class === 'crash')
  const notBefore = at + retryDelayMs(attempts)
  const asked = askedEvents({
    plan,
    task,
    agent,
    at,
    isLast,
    policy: end.triage,
    failure: bad,
    goesOnAt: notBefore,
  })
  if (asked) return { resumable, task: asked }
  if (isLast) return { resumable: true, task: [failedEvent(task, bad, end, at)] }
  const returned = returnedEvent(task.id, at, { notBefore, failure: bad, isAttempt: true })
  return { resumable, task: [returned] }
}

const failedEvent = (task: Task, failure: WorkFailure, end: End, at: number): Event =>
  repeatedEvent(task, end, failure, at) ?? {
    type: 'task.failed',
    at,
    id: task.id,
    failure,
    isAttempt: true,
  }
