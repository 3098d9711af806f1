/** Whom the coordinator asks for judgements, what they are asked, and what becomes of a result by the settings. */
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { JudgingPort } from '../../coordinator/ports.ts'
import type { Agent, Usage } from '../../domain/agent.ts'
import { isJudged } from '../../domain/decide/evaluated.ts'
import { gateOf, type EvaluationPolicy } from '../../domain/judging/evaluation.ts'
import type { Judgement, JudgementReply, JudgePort } from '../../domain/judging/judgement.ts'
import type { TriagePolicy } from '../../domain/judging/triage.ts'
import { DEFAULT_WEIGHTS } from '../../domain/judging/score.ts'
import type { Plan } from '../../domain/plan.ts'
import type { CheckSettings } from '../../domain/judging/judging-settings.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { StoreReader } from '../../store/store.ts'
import type { Spending } from '../spending.ts'
import type { ModelAsker } from './ask-model.ts'
import { askModel } from './ask-twice.ts'
import { chooseJudge, type JudgeSource } from './choose-judge.ts'
import type { Questions } from './questions.ts'

interface Parts {
  readonly plan: Plan
  readonly store: Pick<StoreReader, 'agent'>
  readonly settings: () => Settings
  readonly isTrusted: () => boolean
  readonly spending: Spending
  readonly clock: Clock
  readonly log: Log
  readonly asker: ModelAsker
  readonly questions: Questions
  readonly hostProblem: JudgeSource['hostProblem']
  readonly flagOf: JudgeSource['flagOf']
}

export function openJudging(parts: Parts): JudgingPort {
  const { plan, store, settings, spending } = parts
  const sourceFor = ({ agentId }: Judgement, now: number): JudgeSource => ({
    plan,
    settings: settings(),
    isTrusted: parts.isTrusted(),
    spentToday: () => spending.judgingToday(now),
    workerProvider: agentId === null ? null : (store.agent(agentId)?.provider ?? null),
    hostProblem: parts.hostProblem,
    flagOf: parts.flagOf,
    promptOf: parts.questions.promptOf,
  })
  const judge: JudgePort = {
    choose: (judgement, now) => chooseJudge(sourceFor(judgement, now), judgement, now),
    ask: async (judgement, withdrawn) => {
      try {
        return await askModel(parts, judgement, withdrawn)
      } catch (error) {
        parts.log.error('a judgement failed', { judgement: judgement.id, why: String(error) })
        return unanswered(`asking failed: ${String(error)}`)
      }
    },
  }
  return {
    judge,
    policyOf: (task) => policyOf(settings(), task),
    triage: () => triageOf(settings()),
    agentOf: (id) => store.agent(id),
    lane: () => settings().judging.lane,
  }
}

export function policyOf({ evaluation }: Settings, task: Task): EvaluationPolicy {
  const { weights, retries, secondLook, onFailure, wait: waits } = evaluation
  return { gate: gateOf(task, evaluation), weights, retries, secondLook, onFailure, waits }
}

/** Whether a model is asked about agents that end badly; null = none is. */
export const triageOf = ({ triage: { auto, timeoutMs } }: Settings): TriagePolicy | null =>
  auto ? { timeoutMs } : null

/** Lines that are run before the result of this agent is judged. */
export function checksOf(
  settings: Settings,
  plan: Pick<Plan, 'tasks'>,
  agent: Agent,
): readonly CheckSettings[] {
  const { checks } = settings.evaluation
  const task = checks.length === 0 ? undefined : plan.tasks.get(agent.taskId)
  return task && isJudged(task, agent, policyOf(settings, task)) ? checks : []
}

export const unanswered = (reason: string, usage: Usage | null = null): JudgementReply => ({
  value: null,
  reason,
  usage,
  costSource: null,
})

/** Of a yard that judges nothing. */
export const NO_JUDGING: JudgingPort = {
  judge: {
    choose: () => ({ kind: 'refuse', reason: 'nothing judges here' }),
    ask: () => Promise.resolve(null),
  },
  policyOf: () => ({
    gate: { gate: { mode: 'off' }, source: 'config', isOwn: false },
    weights: DEFAULT_WEIGHTS,
    retries: 2,
    secondLook: 0.1,
    onFailure: 'hold',
    waits: true,
  }),
  lane: () => 1,
}
