/** Requests that have results judged, and what people decide of results and scores. */
import type { JudgementView } from '../../contract/judging.ts'
import type { Triaged } from '../../domain/command.ts'
import { whyNotTriaged } from '../../domain/decide/decide-triage.ts'
import { unknownTask, wrongState } from '../../domain/decide/decision.ts'
import { failure } from '../../domain/failure.ts'
import { type AgentId, isTaskId, type TaskId } from '../../domain/ids.ts'
import { type EvaluationId, evaluationIdSchema } from '../../domain/judging/evaluation.ts'
import type { JudgementPurpose } from '../../domain/judging/judgement.ts'
import { profileOf, resolveModel, unknownExecutor } from '../../domain/routing/resolve.ts'
import type { Agent } from '../../domain/agent.ts'
import type { Task } from '../../domain/task.ts'
import type { StoredEvaluation } from '../../store/judging.ts'
import { unknownAgent } from '../read-window.ts'
import { toEvaluationRow, toJudgementView } from '../views/evaluation-view.ts'
import { choiceFor } from '../views/judgement-wait.ts'
import { type HandlerContext, procedures, send, taskOf } from './context.ts'
import { refuse, refuseAs, valueOf } from './failures.ts'
import { evaluationOf, judgementOf } from './judging-handlers.ts'
import { act, parseAgentId, reportOf } from './task-commands.ts'

export const judgedTaskHandlers = {
  evaluate: procedures.task.evaluate.handler(async ({ context, input }) => {
    const task = taskOf(context, input.id)
    const agent = triedBy(context, task, input.agent)
    const { executor = null, model = null } = input
    refuseUnknown(context, executor, model)
    const { id: agentId, generation } = agent
    refuseWithoutJudge(context, { purpose: 'evaluation', agent, executor, model })
    const command = { type: 'evaluation.request', id: task.id, agentId, generation } as const
    const { ids } = await send(context, { ...command, executor, model }, input.commandId)
    return viewOf(context, ids[0] ?? '')
  }),
  approve: procedures.task.approve.handler(({ context, input }) =>
    act(context, input, (task) => ({
      type: 'task.approve',
      id: task.id,
      note: input.note ?? null,
      nextFireAt: reportOf(context, task, {}).nextFireAt,
    })),
  ),
  reject: procedures.task.reject.handler(({ context, input }) =>
    act(context, input, ({ id }) => ({ type: 'task.reject', id, note: input.note })),
  ),
}

export const agentTriage = procedures.agent.triage.handler(async ({ context, input }) => {
  const { yard } = context
  const agentId = parseAgentId(input.id)
  const agent = yard.plan.agents.get(agentId) ?? yard.store.agent(agentId)
  if (!agent) return refuse(unknownAgent(agentId, agentId))
  const command = {
    type: 'triage.request',
    agentId,
    agent: agent.state.kind === 'ended' ? agent : null,
    policy: { timeoutMs: yard.config().settings.triage.timeoutMs },
    isAgain: input.again ?? false,
  } as const
  const why = whyNotTriaged(yard.plan, agent, command.isAgain)
  if (why) refuse(why)
  refuseWithoutJudge(context, { purpose: 'triage', agent, executor: null, model: null })
  const { ids } = await send(context, command, input.commandId)
  return viewOf(context, ids[0] ?? '')
})

/** Of one whose answer nobody waits for any more. */
const triagedOf = ({ yard }: HandlerContext, id: AgentId): Triaged => ({
  agent: yard.plan.agents.get(id) ?? yard.store.agent(id),
  isSilent: false,
})

export const judgementKill = procedures.judgement.kill.handler(async ({ context, input }) => {
  const judgement = judgementOf(context.yard, input.id)
  const { id: judgementId, taskId, agentId, state } = judgement
  if (state.kind === 'ended')
    refuseAs('wrong-state', `${judgementId} has ended already`, {
      hint: `yard judgements show ${judgementId} tells how`,
    })
  const task = taskId === null ? undefined : context.yard.plan.tasks.get(taskId)
  const policy = task ? context.yard.judging.policyOf(task) : null
  const nextFireAt = task ? reportOf(context, task, {}).nextFireAt : null
  const triaged = agentId === null ? {} : { triaged: triagedOf(context, agentId) }
  const paid = context.yard.judging.judge.paidFor?.(judgement)
  const about = { judgementId, policy, nextFireAt, ...triaged, ...(paid ? { paid } : {}) }
  await send(context, { type: 'judgement.kill', ...about }, input.commandId)
  return viewOf(context, judgementId)
})

export const evaluationScore = procedures.evaluation.score.handler(async ({ context, input }) => {
  const { yard } = context
  const { task, stored } = scoredOf(context, input.id)
  const { audit: isAudit = false, note = '', clear = false } = input
  refuseUnclear(input)
  refuseUnscored(input.id, stored, { isAudit, clear })
  const { nextFireAt } = reportOf(context, task, {})
  const auditors = (stored?.opinions ?? []).filter((each) => each.isAudit).map(({ by }) => by)
  const dimensions = input.dimensions ?? null
  const said = { score: input.score ?? null, dimensions, note, isAudit, auditors }
  const evaluationId = stored?.evaluation.id ?? null
  const paid = stored ? {} : { paid: paidSoFar(yard, task) }
  const about = { id: task.id, evaluationId, ...paid, policy: yard.judging.policyOf(task) }
  const command = { type: 'evaluation.score', ...about, ...said, nextFireAt } as const
  const { ids } = await send(context, command, input.commandId)
  return toEvaluationRow(yard.plan, evaluationOf(yard, ids[0] ?? input.id))
})

/** By the id of an evaluation, or of a task: then the latest of its result, or null while that waits for its first. */
function scoredOf(
  context: HandlerContext,
  id: string,
): { readonly task: Task; readonly stored: StoredEvaluation | null } {
  const { yard } = context
  const task = isTaskId(id) ? yard.plan.tasks.get(id) : undefined
  const isEvaluation = evaluationIdSchema.safeParse(id).success
  if (!task || (isEvaluation && yard.store.judging.get(id as EvaluationId) !== null)) {
    if (!isEvaluation) return refuse(unknownTask(yard.plan, id))
    const stored = evaluationOf(yard, id)
    return { task: knownTask(context, stored.evaluation.taskId), stored }
  }
  const { state, evaluation } = task
  const isFirst = state.kind === 'pending-eval' && state.agentId !== evaluation?.agentId
  return { task, stored: isFirst || !evaluation ? null : evaluationOf(yard, evaluation.id) }
}

/** What is only about a score that is there. */
function refuseUnscored(
  id: string,
  stored: StoredEvaluation | null,
  { isAudit, clear }: { readonly isAudit: boolean; readonly clear: boolean },
): void {
  if (isAudit && (stored?.evaluation.score ?? null) === null)
    refuseAs('wrong-state', `${id} has no score that could be audited`)
  const said = stored?.opinions.findLast((each) => !each.isAudit)
  if (clear && (said?.score ?? null) === null)
    refuseAs('wrong-state', `${id} has no score of a person that could be taken back`)
}

/** By what was asked of its result and has no answer yet. */
const paidSoFar = ({ plan, judging }: HandlerContext['yard'], { state }: Task) =>
  new Map(
    [...plan.judgements.values()].flatMap((judgement) => {
      const isOf = state.kind === 'pending-eval' && judgement.agentId === state.agentId
      const paid = isOf ? judging.judge.paidFor?.(judgement) : undefined
      return paid ? [[judgement.id, paid] as const] : []
    }),
  )

interface Scoring {
  readonly score?: number | undefined
  readonly clear?: boolean | undefined
  readonly audit?: boolean | undefined
  readonly note?: string | undefined
}

function refuseUnclear({ score, clear = false, audit = false, note = '' }: Scoring): void {
  const hint = 'a number from 0 to 1, or clear'
  if (clear && score !== undefined)
    refuseAs('bad-request', 'score: it is cleared and given at once', { hint })
  if (!clear && score === undefined) refuseAs('bad-request', 'score: none is given', { hint })
  if (note === '' && !audit && !clear)
    refuseAs('bad-request', 'note: it says nothing', { hint: 'say why the score is another' })
}

const knownTask = ({ yard }: HandlerContext, id: TaskId): Task =>
  (isTaskId(id) ? yard.plan.tasks.get(id) : undefined) ?? refuse(unknownTask(yard.plan, id))

const viewOf = ({ yard }: HandlerContext, id: string): JudgementView =>
  toJudgementView(judgementOf(yard, id))

/** The agent whose result is meant: the latest that has ended, or that one. */
function triedBy({ yard }: HandlerContext, task: Task, named: string | undefined): Agent {
  const nothing = (what: string): never =>
    refuse(wrongState(task, 'evaluated', `${what}; yard show ${task.id} says how far it is`))
  if (named === undefined) {
    const [latest] = yard.store.agents({ which: 'dead', taskId: task.id, limit: 1 })
    return latest ?? nothing('nothing of it has ended yet')
  }
  const id = parseAgentId(named)
  const agent = yard.store.agent(id)
  if (!agent) return refuse(unknownAgent(id, id))
  if (agent.taskId !== task.id) return nothing(`${id} has worked on ${agent.taskId}`)
  return agent.state.kind === 'ended' ? agent : nothing(`${id} is still at work`)
}

/** An executor or a model that is named and is none. */
export function refuseUnknown(
  { yard }: HandlerContext,
  executor: string | null,
  model: string | null,
): void {
  const { settings } = yard.config()
  const name = executor ?? settings.judging.executors[0]
  const profile = name === undefined ? null : profileOf(settings, name)
  if (executor !== null && profile === null) refuse(unknownExecutor(settings, executor))
  if (model !== null && profile !== null) valueOf(resolveModel(settings, { model }, profile))
}

/** Said at once to whoever asks, and not as the end of a judgement that nobody looks at. */
function refuseWithoutJudge(
  { yard }: HandlerContext,
  about: {
    readonly purpose: JudgementPurpose
    readonly agent: Agent
    readonly executor: string | null
    readonly model: string | null
  },
): void {
  const { purpose, agent, executor, model } = about
  const wish = executor === null && model === null ? null : { executor, model }
  const { taskId, id: agentId, generation } = agent
  const choice = choiceFor(yard, { purpose, taskId, agentId, generation, wish })
  if (choice.kind === 'refuse') {
    const { reason, hint } = choice
    refuse(failure('no-judge', reason, hint === undefined ? {} : { hint }))
  }
}
