/** Whom the coordinator asks for judgements, what they are asked, and what becomes of a result by the settings. */
import type { ProcessHost } from '../../agents/process/host/process-host.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Scope } from '../../base/scope.ts'
import type { Dispatcher } from '../../coordinator/dispatch.ts'
import type { JudgingPort } from '../../coordinator/ports.ts'
import type { Agent } from '../../domain/agent.ts'
import { isJudged } from '../../domain/decide/evaluated.ts'
import type { Runtime } from '../../domain/executor.ts'
import { gateOf, type EvaluationPolicy } from '../../domain/judging/evaluation.ts'
import type { Judgement, JudgePort } from '../../domain/judging/judgement.ts'
import type { TriagePolicy } from '../../domain/judging/triage.ts'
import type { CheckSettings } from '../../domain/judging/judging-settings.ts'
import { kindOf, OTHER_KIND } from '../../domain/judging/kind.ts'
import { DEFAULT_WEIGHTS } from '../../domain/judging/score.ts'
import { createMask } from '../../domain/mask.ts'
import type { Plan } from '../../domain/plan.ts'
import { resolveExecutor } from '../../domain/routing/resolve.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { OpenStore } from '../../store/open-store.ts'
import { cachedPrograms, hostProblem, programsOn } from '../executors/probe.ts'
import type { IdentityBook } from './identities.ts'
import type { Spending } from '../spending.ts'
import type { Current, OpenYardOptions } from '../yard.ts'
import { createModelAsker } from './ask-model.ts'
import { askModel } from './ask-twice.ts'
import { chooseJudge, type JudgeSource } from './choose-judge.ts'
import { createJudgeWatch } from './judge-watch.ts'
import { cleanerOf, createPackets } from './packet.ts'
import { paidTurns } from './paid-turns.ts'
import { createQuestions } from './questions.ts'
import { judgementsFolder, questionKey, turnFolders } from './turn-folder.ts'

interface Parts {
  readonly options: OpenYardOptions
  readonly current: Current
  readonly opened: OpenStore
  readonly spending: Spending
  readonly identities: IdentityBook
  readonly clock: Clock
  readonly log: Log
  readonly scope: Scope
  readonly host: ProcessHost
  readonly shortage: JudgeSource['shortage']
  readonly dispatcher: Pick<Dispatcher, 'onCommitted'>
  openRuntime(folder: string): Runtime
}

/** Asks models as processes beside the agents, in folders that are kept. */
export function openJudging(parts: Parts): JudgingPort {
  const { options, current, opened, spending, clock, log, scope } = parts
  const { plan, store } = opened
  const { paths, env } = options
  const settings = (): Settings => current.config.settings
  const folder = judgementsFolder(paths)
  const asker = createModelAsker({
    folder,
    clock,
    log,
    settings,
    host: parts.host,
    openRuntime: parts.openRuntime,
    mayAsk: () => options.runsAgents && current.isTrusted,
    mayBegin: () => !plan.facts.paused,
  })
  scope.add(() => asker.close())
  if (options.runsAgents && current.isTrusted)
    void asker.endUnknown((id) => {
      const judgement = plan.judgements.get(id)
      return judgement ? questionKey(judgement) : null
    })
  const source = {
    plan,
    store,
    paths,
    config: () => current.config,
    isTrusted: () => current.isTrusted,
  }
  const mask = createMask(env)
  const packets = createPackets({ source, store, mask })
  const { identities } = parts
  const { evaluation: materialOf, triage: triagePacketOf } = packets
  const questions = createQuestions({
    plan,
    store,
    settings,
    identities,
    clean: (text) => cleanerOf(mask, settings().judging)(text),
    flagOf: (judge) => watch.flagOf(judge),
    materialOf,
    triagePacketOf,
  })
  const find = cachedPrograms(programsOn({ env, root: paths.root }), clock)
  const sourceFor = ({ agentId }: Pick<Judgement, 'agentId'>, now: number): JudgeSource => ({
    plan,
    settings: settings(),
    isTrusted: current.isTrusted,
    spentToday: () => spending.judgingToday(now),
    workerProvider: agentId === null ? null : (store.agent(agentId)?.provider ?? null),
    hostProblem: (executor, model) => hostProblem(settings(), { executor, model }, { env, find }),
    shortage: parts.shortage,
    flagOf: (judge) => watch.flagOf(judge),
    promptOf: questions.promptOf,
  })
  const sourceAt = (now: number): JudgeSource => sourceFor({ agentId: null }, now)
  const watch = createJudgeWatch({ plan, store, settings, sourceAt })
  scope.add(parts.dispatcher.onCommitted((batch) => watch.note(batch)))
  const judge: JudgePort = {
    choose: (judgement, now) => chooseJudge(sourceFor(judgement, now), judgement, now),
    ask: async (judgement, withdrawn) => {
      try {
        return await askModel({ asker, questions, clock }, judgement, withdrawn)
      } catch (error) {
        log.error('a judgement failed', { judgement: judgement.id, why: String(error) })
        const reason = `asking failed: ${String(error)}`
        return { value: null, reason, ...paidTurns(folder, settings(), judgement) }
      }
    },
    hasBegun: (judgement) => turnFolders(folder, judgement).length > 0,
    paidFor: (judgement) => paidTurns(folder, settings(), judgement),
  }
  return {
    judge,
    policyOf: (task) => policyOf(settings(), task),
    triage: () => triageOf(settings()),
    agentOf: (id) => store.agent(id),
    judgeIssues: (now) => watch.issues(now),
    lane: () => settings().judging.lane,
  }
}

export function policyOf(settings: Settings, task: Task): EvaluationPolicy {
  const { evaluation, judging } = settings
  const { weights, retries, secondLook, onFailure, wait: waits } = evaluation
  const choice = resolveExecutor(settings, task)
  const kind = kindOf(task, choice.ok ? choice.value.profile.type : null, judging.kinds)
  return { gate: gateOf(task, evaluation), kind, weights, retries, secondLook, onFailure, waits }
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

/** Of a yard that judges nothing. */
export const NO_JUDGING: JudgingPort = {
  judge: {
    choose: () => ({ kind: 'refuse', reason: 'nothing judges here' }),
    ask: () => Promise.resolve(null),
  },
  policyOf: () => ({
    gate: { gate: { mode: 'off' }, source: 'config', isOwn: false },
    kind: OTHER_KIND,
    weights: DEFAULT_WEIGHTS,
    retries: 2,
    secondLook: 0.1,
    onFailure: 'hold',
    waits: true,
  }),
  lane: () => 1,
}
