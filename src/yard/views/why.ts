/** Says in words what a task waits for, or why it ended as it did. */
import type { WaitReason, Why } from '../../contract/view.ts'
import { assertNever } from '../../base/result.ts'
import { reachedCap } from '../../domain/budget.ts'
import { familySpent, payersOf } from '../../domain/budget-family.ts'
import type { Agent } from '../../domain/agent.ts'
import type { WorkFailure } from '../../domain/failure.ts'
import { countHeldBy } from '../../domain/held-by.ts'
import { isTaskId } from '../../domain/ids.ts'
import { lastLines } from '../../domain/output.ts'
import type { Plan } from '../../domain/plan.ts'
import { shownStateOf } from '../../domain/plan.ts'
import { attemptsAllowed, attemptsOf, isFinished, type Task } from '../../domain/task.ts'
import type { Yard } from '../yard.ts'
import { durationText } from '../../domain/format.ts'
import { atTime, clockTime } from './iso-time.ts'
import { landingText } from './landing-text.ts'
import { failureOf } from './task-view.ts'
import { waitReasons } from './wait-reasons.ts'
import { executorReason } from './agent-view.ts'

export function toWhy(yard: Yard, task: Task): Why {
  const state = shownStateOf(yard.plan, task, yard.now())
  const waitsFor = task.state.kind === 'open' ? waitReasons(yard, task) : []
  const landing = landingText(yard, task)
  const text = [textOf(yard, task, waitsFor), ...(landing === null ? [] : [landing])].join(' ')
  return {
    id: task.id,
    state,
    text,
    lastLines: lastLines(failureOf(task)?.detail ?? null),
    waitsFor,
  }
}

function textOf(yard: Yard, task: Task, waitsFor: readonly WaitReason[]): string {
  const now = yard.now()
  const { state } = task
  switch (state.kind) {
    case 'open':
      return openText(yard, task, waitsFor)
    case 'in-progress':
      return runningText(yard, task, now)
    case 'waiting':
      return `It waits for ${waitedFor(yard, task, state.for)}: ${state.text} (since ${clockTime(state.since, now)}). Then: yard ${wayOn(yard, task, state.for)}.`
    case 'pending-eval':
      return `${state.agentId} has ended (${state.outcome}) and its result is being judged.`
    case 'done':
      return `It was done by ${doerOf(yard, task)} ${atTime(state.at, now)}${triesText(task)}.`
    case 'failed':
      return failedText(yard.plan, task, now)
    case 'abandoned':
      return `It was abandoned by ${state.by} ${atTime(state.at, now)}; what waited for it may go on.`
    default:
      return assertNever(state)
  }
}

/** A report for an agent that was claimed under a name is theirs. */
function doerOf(yard: Yard, { state, lastAgentId }: Task): string {
  const by = state.kind === 'done' ? state.by : ''
  const agent = lastAgentId === null || by !== lastAgentId ? null : yard.store.agent(lastAgentId)
  const name = agent?.claimedBy ?? null
  return name === null ? by : `${name} (${by})`
}

type WaitedFor = Extract<Task['state'], { kind: 'waiting' }>['for']

function waitedFor(yard: Yard, task: Task, what: WaitedFor): string {
  switch (what) {
    case 'sign-in':
      return 'somebody to sign in'
    case 'answer':
      return 'an answer'
    case 'budget':
      return spentBudget(yard, task).cap === 'tokens'
        ? 'a larger budget of tokens'
        : 'a larger budget'
  }
}

function wayOn(yard: Yard, task: Task, what: WaitedFor): string {
  switch (what) {
    case 'sign-in':
      return `retry ${task.id}`
    case 'answer':
      return `answer ${task.id} "…"`
    case 'budget': {
      const { payer, cap } = spentBudget(yard, task)
      return `edit ${payer.id} --budget${cap === 'tokens' ? '-tokens' : ''} N`
    }
  }
}

/** Whose budget is used up, and which of its caps: its own, or that of a task whose agents added it. */
function spentBudget({ plan, spending }: Yard, task: Task) {
  const reads = { plan, spentOf: (one: Task) => spending.ofTask(one) }
  for (const payer of payersOf(plan, task)) {
    const cap = reachedCap(payer, familySpent(reads, payer))
    if (cap !== null) return { payer, cap }
  }
  // What stopped it is not known to the last token yet.
  const payer = payersOf(plan, task)[0] ?? task
  return { payer, cap: (payer.budget ?? null) === null ? ('tokens' as const) : ('usd' as const) }
}

function openText(yard: Yard, task: Task, waitsFor: readonly WaitReason[]): string {
  const { lastFailure } = task
  const isTold = waitsFor.some(
    ({ text }) => lastFailure && text.includes(unended(lastFailure.reason)),
  )
  const last = lastFailure && !isTold ? ` ${lastTry(lastFailure)}` : ''
  if (waitsFor.length === 0)
    return `It is ready: nothing holds it back, the coordinator starts it next.${last}`
  const intro = yard.plan.unmetOf(task.id) > 0 ? 'It is blocked' : 'It is not started'
  return `${intro}: ${waitsFor.map((reason) => reason.text).join('; ')}.${last}`
}

const lastTry = ({ class: kind, reason }: WorkFailure): string =>
  kind === 'question'
    ? `Its last try asked a person: ${sentence(reason)}`
    : `Its last try failed: ${sentence(reason)}`

function runningText(yard: Yard, task: Task, now: number): string {
  const agent = yard.plan.agentOf(task.id)
  if (!agent) return 'It is in progress.'
  const doing = yard.facts(agent.id)?.doing
  const since = agent.startedAt ?? agent.claimedAt
  const held = task.held ? ' It is paused: no other agent starts after this one.' : ''
  if (agent.state.kind === 'stopping')
    return `${agent.id} is being stopped (${agent.state.reason}) since ${durationText(now - agent.state.since)}.${held}`
  const who = holderOf(agent)
  return `It is in progress: ${who} since ${clockTime(since, now)} (${durationText(now - since)})${doing ? `, now: ${doing}` : ''}.${held}`
}

function holderOf(agent: Agent): string {
  const { id, by, leaseMs } = agent
  if (by === 'person' && leaseMs !== null) return `${id} holds it (${executorReason(agent)})`
  if (by === 'person') return 'a person has it in hand'
  return by === 'pilot' ? `a person pilots ${id} in a terminal` : `${id} works on it`
}

function failedText(plan: Plan, task: Task, now: number): string {
  if (task.state.kind !== 'failed') return ''
  const { failure, at } = task.state
  const { exitCode, reason } = failure
  const isTold = exitCode === null || new RegExp(`\\b${exitCode}\\b`).test(reason)
  const code = isTold ? '' : ` (exit code ${exitCode})`
  const holds = countHeldBy(
    {
      dependentsOf: (id) => (isTaskId(id) ? plan.dependentsOf(id) : []),
      isFinished: (id) => isTaskId(id) && isFinished(plan.tasks.get(id) ?? task),
    },
    task.id,
  )
  const effect = holds > 0 ? ` It holds back ${holds} task${holds === 1 ? '' : 's'}.` : ''
  return `It failed ${atTime(at, now)}${triesText(task)}: ${sentence(`${unended(reason)}${code}`)}${effect} To try again: yard retry ${task.id}.`
}

/** `after 2 tries`; of a final failure `after 3 of 3 tries`. */
function triesText(task: Task): string {
  const tries = attemptsOf(task)
  const limit = task.state.kind === 'failed' ? attemptsAllowed(task) : null
  if (limit !== null && limit > 1 && tries > 0) return ` after ${tries} of ${limit} tries`
  return tries > 1 ? ` after ${tries} tries` : ''
}
const unended = (text: string): string => text.trimEnd().replace(/\.$/, '')
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
