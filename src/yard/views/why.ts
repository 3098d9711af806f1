/** Says in words what a task waits for, or why it ended as it did. */
import type { WaitReason, Why, WhyVoice } from '../../contract/why.ts'
import { assertNever } from '../../base/result.ts'
import { familySpent, payersOf, reachedCap } from '../../domain/budget/budget.ts'
import type { Agent } from '../../domain/agent.ts'
import type { WorkFailure } from '../../domain/failure.ts'
import { countHeldBy } from '../../domain/graph/dag.ts'
import { isTaskId, type TaskId } from '../../domain/ids.ts'
import { lastLines } from '../../domain/failure.ts'
import { mergeCommand, reasonAtTerminal, type Landing } from '../../domain/landing.ts'
import {
  attemptsAllowed,
  attemptsOf,
  hasResult,
  isDraft,
  isFinished,
  type Task,
} from '../../domain/task.ts'
import { shownStateOf, type Plan } from '../../domain/plan.ts'
import { mergeAbove } from '../../domain/graph/upstream.ts'
import type { Yard } from '../yard.ts'
import { durationText } from '../../domain/format.ts'
import { gateOf } from '../../domain/judging/evaluation.ts'
import { scoreText } from '../../domain/judging/score.ts'
import { judgeName } from '../judging/choose-judge.ts'
import { atTime, clockTime } from './iso-time.ts'
import { questionOf } from './evaluation-view.ts'
import { choiceFor, judgementWait } from './judgement-wait.ts'
import { gateOfCard, toGateView } from './task-card.ts'
import { failureOf } from './task-view.ts'
import { hint, releaseText, RESUME, waitReasons, type WaitSource } from './wait-reasons.ts'
import { executorReason } from './agent-view.ts'

type WhySource = WaitSource & Pick<Yard, 'facts' | 'judging' | 'spending' | 'store'>

/** `voice`: of the hints at what helps. */
export function toWhy(yard: WhySource, task: Task, voice: WhyVoice): Why {
  const state = shownStateOf(yard.plan, task, yard.now())
  const waitsFor = task.state.kind === 'open' ? waitReasons(yard, task, voice) : []
  const more = [gateText(yard, task), landingText(yard, task, voice)]
  const whole = (text: string): string => [text, ...more.filter((each) => each !== null)].join(' ')
  const text = whole(textOf(yard, task, waitsFor, voice))
  const isWaiting = waitsFor.length > 0
  return {
    id: task.id,
    state,
    text,
    textAfterState: isWaiting ? whole(waitingText(yard, task, waitsFor)) : text,
    // While another try is at work they would pass for its own.
    lastLines:
      task.state.kind === 'in-progress' ? null : lastLines(failureOf(task)?.detail ?? null),
    linesFrom: failureOf(task)?.class === 'gate' ? 'gate' : 'output',
    gate: toGateView(gateOf(task, yard.config().settings.evaluation)),
    waitsFor,
  }
}

/** What its result must pass, with whose word that is; null where nothing is judged, or that is over. */
function gateText(yard: WhySource, task: Task): string | null {
  const { gate } = gateOfCard({ settings: yard.config().settings }, task)
  const isOver = task.state.kind === 'failed' && failureOf(task)?.class !== 'gate'
  if (gate === undefined || isOver || hasResult(task) || task.state.kind === 'abandoned')
    return null
  const word = gate.threshold === null ? gate.mode : scoreText(gate.threshold)
  return `Its gate is ${word} (${gate.source}).`
}

function textOf(
  yard: WhySource,
  task: Task,
  waitsFor: readonly WaitReason[],
  voice: WhyVoice,
): string {
  const now = yard.now()
  const { state } = task
  switch (state.kind) {
    case 'open':
      return openText(yard, task, waitsFor)
    case 'in-progress':
      return runningText(yard, task, now)
    case 'waiting':
      return `It waits for ${waitedFor(yard, task, state.for)}: ${state.text} (since ${clockTime(state.since, now)}).${wayOn(yard, task, state.for, voice)}`
    case 'pending-eval':
      return judgedText(yard, state, voice)
    case 'done':
      return `It was done by ${doerOf(yard, task)} ${atTime(state.at, now)}${triesText(task)}.`
    case 'failed':
      return `${failedText(yard.plan, task, now)}${failedHint(yard, task, voice)}`
    case 'abandoned':
      return `It was abandoned by ${state.by} ${atTime(state.at, now)}; what waited for it may go on.`
    default:
      return assertNever(state)
  }
}

/** A report for an agent that was claimed under a name is theirs. */
function doerOf(yard: WhySource, { state, lastAgentId }: Task): string {
  const by = state.kind === 'done' ? state.by : ''
  const agent = lastAgentId === null || by !== lastAgentId ? null : yard.store.agent(lastAgentId)
  const name = agent?.claimedBy ?? null
  return name === null ? by : `${name} (${by})`
}

function judgedText(
  yard: WhySource,
  { agentId, since }: Extract<Task['state'], { kind: 'pending-eval' }>,
  voice: WhyVoice,
): string {
  const now = yard.now()
  const question = questionOf(yard.plan, agentId)
  const from = `since ${clockTime(since, now)}`
  if (question?.state.kind === 'asked' && question.judge)
    return `${agentId} has ended and its result is being judged by ${judgeName(question.judge)} (${question.id}, ${from}).`
  if (question?.state.kind !== 'queued')
    return `${agentId} has ended and its result is being judged (${from}).`
  const wait = judgementWait(yard, question)
  const until = wait?.until == null ? '' : ` until ${clockTime(Date.parse(wait.until), now)}`
  const way = wait?.hint == null ? '' : hint(voice, `; ${wait.hint} ends that`)
  const why = wait === null ? '' : `${until}: ${unended(wait.text)}${way}`
  return `${agentId} has ended and its result waits to be judged (${question.id}, ${from})${why}.`
}

/** Why nobody would judge its result if a person asked for that now, with the setting that decides it; null where somebody would. */
function noJudgeText(yard: WhySource, task: Task, voice: WhyVoice): string | null {
  const { id: taskId, lastAgentId: agentId, generation } = task
  const about = { purpose: 'evaluation', taskId, agentId, generation, wish: null } as const
  const choice = choiceFor(yard, about)
  if (choice.kind !== 'refuse') return null
  const told = task.state.kind === 'waiting' ? task.state.text : failureOf(task)?.reason
  const why = told === choice.reason ? '' : `: ${unended(choice.reason)}`
  const way = choice.hint === undefined ? '' : hint(voice, ` (${choice.hint})`)
  return ` Nobody would judge it now${why}${way}.`
}

function failedHint(yard: WhySource, task: Task, voice: WhyVoice): string {
  if (failureOf(task)?.class !== 'evaluation')
    return hint(voice, ` To try again: yard retry ${task.id}.`)
  const nobody = noJudgeText(yard, task, voice) ?? ''
  return `${nobody}${hint(voice, ` To have the work done anew: yard retry ${task.id}; to take it as it is: yard done ${task.id} --force.`)}`
}

type WaitedFor = Extract<Task['state'], { kind: 'waiting' }>['for']

function waitedFor(yard: WhySource, task: Task, what: WaitedFor): string {
  switch (what) {
    case 'sign-in':
      return 'somebody to sign in'
    case 'answer':
      return 'an answer'
    case 'budget':
      return spentBudget(yard, task).cap === 'tokens'
        ? 'a larger budget of tokens'
        : 'a larger budget'
    case 'evaluation':
      return 'an evaluation'
    case 'approval':
      return 'an approval'
    case 'message':
      return 'a message'
  }
}

function wayOn(yard: WhySource, task: Task, what: WaitedFor, voice: WhyVoice): string {
  switch (what) {
    case 'sign-in':
      return hint(voice, ` Then: yard retry ${task.id}.`)
    case 'answer':
      return hint(voice, ` Then: yard answer ${task.id} "…".`)
    case 'budget': {
      const { payer, cap } = spentBudget(yard, task)
      const flag = cap === 'tokens' ? '--budget-tokens' : '--budget'
      const onPage = ` Then raise the budget of ${payer.id}.`
      return hint(voice, ` Then: yard edit ${payer.id} ${flag} N.`, onPage)
    }
    case 'evaluation': {
      const nobody = noJudgeText(yard, task, voice)
      const again = `To have it judged again: yard evaluate ${task.id}; to`
      const decide = `decide yourself: yard approve ${task.id} or yard reject ${task.id} --note "…".`
      return `${nobody ?? ''}${hint(voice, ` ${nobody === null ? again : 'To'} ${decide}`)}`
    }
    case 'approval':
      return hint(voice, ` Then: yard approve ${task.id}, or yard reject ${task.id} --note "…".`)
    case 'message':
      return hint(voice, ` To write to it: yard msg send ${task.id.slice(1)} "…".`)
  }
}

/** Whose budget is used up, and which of its caps: its own, or that of a task whose agents added it. */
function spentBudget({ plan, spending }: WhySource, task: Task) {
  const reads = { plan, spentOf: (one: Task) => spending.ofTask(one) }
  for (const payer of payersOf(plan, task)) {
    const cap = reachedCap(payer, familySpent(reads, payer))
    if (cap !== null) return { payer, cap }
  }
  // What stopped it is not known to the last token yet.
  const payer = payersOf(plan, task)[0] ?? task
  return { payer, cap: (payer.budget ?? null) === null ? ('tokens' as const) : ('usd' as const) }
}

function openText(yard: WhySource, task: Task, waitsFor: readonly WaitReason[]): string {
  if (waitsFor.length === 0)
    return `It is ready: nothing holds it back, the coordinator starts it next.${lastTryText(task, waitsFor)}`
  const intro = yard.plan.unmetOf(task.id) > 0 ? 'It is blocked' : 'It is not started'
  const reasons = waitsFor.map((reason) => reason.text).join('; ')
  return `${intro}: ${reasons}.${lastTryText(task, waitsFor)}`
}

/** As `openText`, without the state. */
function waitingText({ plan }: WhySource, task: Task, waitsFor: readonly WaitReason[]): string {
  const isPaused = task.held && !isDraft(task)
  const reasons = waitsFor.map(({ kind, text }) =>
    kind === 'hold' && isPaused ? releaseText(plan, task) : text,
  )
  return `${reasons.join('; ')}.${lastTryText(task, waitsFor)}`
}

function lastTryText({ lastFailure }: Task, waitsFor: readonly WaitReason[]): string {
  const isSaid = waitsFor.some(
    ({ text }) => lastFailure && text.includes(unended(lastFailure.reason)),
  )
  return lastFailure && !isSaid ? ` ${lastTry(lastFailure)}` : ''
}

const lastTry = ({ class: kind, reason }: WorkFailure): string =>
  kind === 'question'
    ? `Its last try asked a person: ${sentence(reason)}`
    : `Its last try failed: ${sentence(reason)}`

function runningText(yard: WhySource, task: Task, now: number): string {
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
  if (by === 'person') return 'a person has claimed it'
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
  return `It failed ${atTime(at, now)}${triesText(task)}: ${sentence(`${unended(reason)}${code}`)}${effect}`
}

/** `after 2 tries`; of a final failure `after 3 of 3 tries`. */
function triesText(task: Task): string {
  const tries = attemptsOf(task)
  const limit = task.state.kind === 'failed' ? attemptsAllowed(task) : null
  if (limit !== null && limit > 1 && tries > 0) return ` after ${tries} of ${limit} tries`
  return tries > 1 ? ` after ${tries} tries` : ''
}

/** What stands between the result of a done task and its target branch; null where the result has landed, that was not requested, or the task is worked on again. */
function landingText(yard: WhySource, task: Task, voice: WhyVoice): string | null {
  const { id, landing } = task
  if (landing === null || !hasResult(task)) return null
  const into = landing.target === null ? '' : ` into ${landing.target}`
  const reason = landingReason(id, landing, voice)
  const why = reason === null ? '' : `: ${unended(reason)}`
  switch (landing.state) {
    case 'queued':
      return `Its result is queued to be merged${into}${untilWhat(yard, id, landing, voice)}.`
    case 'conflict':
      return `Its result is not merged${into}${why}. ${settling(yard, id, landing, voice)}.`
    case 'refused':
      return `Its result is not merged${into}${why}.${saysTheWayOn(id, landing) ? '' : onceFree(id, landing, voice)}`
    case 'landed':
    case 'prepared':
      return null
    default:
      return assertNever(landing.state)
  }
}

function landingReason(id: TaskId, landing: Landing, voice: WhyVoice): string | null {
  const { reason, unsettledBy } = landing
  return voice === 'page' && unsettledBy !== undefined
    ? `${reason}: reopen ${unsettledBy} to have it done again, then ${ASK_AGAIN}`
    : reasonAtTerminal(id, landing)
}

function untilWhat(yard: WhySource, id: TaskId, landing: Landing, voice: WhyVoice): string {
  const merge = mergeAbove(yard.plan, id)
  if (merge !== null) return `, as soon as ${merge} has settled a conflict in what it builds on`
  if (landing.isAuto && yard.plan.facts.paused)
    return `, as soon as the yard goes on, for the coordinator is paused${hint(voice, `: ${RESUME}`)}`
  return yard.host === 'command'
    ? `: no coordinator runs${hint(voice, `: ${mergeCommand(id, landing)}, or yard service start`)}`
    : ', which comes by itself'
}

/** What becomes of a conflict: its task settles it, has settled it, or has given it up. */
function settling({ plan }: WhySource, id: TaskId, landing: Landing, voice: WhyVoice): string {
  const { mergeTask, isAuto } = landing
  const again = hint(voice, `${mergeCommand(id, landing)} tries again`, ASK_AGAIN)
  const state = mergeTask === null ? undefined : plan.tasks.get(mergeTask)?.state.kind
  switch (state) {
    case undefined:
      return `The task that was to settle that is gone: ${again}`
    case 'failed':
    case 'abandoned': {
      const fate = state === 'failed' ? 'has failed' : 'was abandoned'
      return `${mergeTask} was to settle that and ${fate}: ${again}`
    }
    case 'done':
      return isAuto && plan.facts.paused
        ? `${mergeTask} has settled that, and the merge goes on when the yard does, for the coordinator is paused${hint(voice, `: ${RESUME}`)}`
        : `${mergeTask} has settled that, and the merge goes on by itself`
    case 'open':
    case 'in-progress':
    case 'waiting':
    case 'pending-eval':
      return `${mergeTask} settles that, and the merge then goes on by itself${hint(voice, `: yard why ${mergeTask} says how far it is`)}`
    default:
      return assertNever(state)
  }
}

const ASK_AGAIN = 'ask for the merge again, with its changes'

const onceFree = (id: TaskId, landing: Landing, voice: WhyVoice): string =>
  ` Once nothing is in its way${hint(voice, `: ${mergeCommand(id, landing)}`, `, ${ASK_AGAIN}`)}.`

/** Earlier programs wrote it into the reason. */
const saysTheWayOn = (id: TaskId, { unsettledBy, reason }: Landing): boolean =>
  unsettledBy !== undefined || (reason?.includes(`yard merge ${id}`) ?? false)

const unended = (text: string): string => text.trimEnd().replace(/\.$/, '')
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
