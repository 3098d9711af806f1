/** What is wrong with the judges that would gate something: what a person is told of, and what the yard checks by itself. Pure. */
import { gateOf, type Judge } from '../../domain/judging/evaluation.ts'
import type { JudgeIssue } from '../../domain/judging/judgement.ts'
import type { EvaluationSettings, JudgingSettings } from '../../domain/judging/judging-settings.ts'
import type { Gate } from '../../domain/judging/score.ts'
import type { Task } from '../../domain/task.ts'
import { CANARIES } from '../../judging/canaries/canaries.ts'
import type { CanaryAttempt } from '../../store/judging.ts'
import { flagText, judgeKey, type MeasuredJudge } from './measured-judges.ts'

type Name = Pick<Judge, 'executor' | 'model' | 'prompt'>

export interface JudgeFacts {
  readonly canaries: JudgingSettings['canaries']
  /** Those whose scores would pass or fail something. */
  readonly judges: readonly Name[]
  /** By `judgeKey`. */
  readonly measured: ReadonlyMap<string, Name & MeasuredJudge>
  readonly attempts: readonly CanaryAttempt[]
  isUnderWay(judge: Name): boolean
  /** Of a check, US dollars, about. */
  costOf(judge: Name): number | null
  /** Why it cannot be asked now, at this price; null = it can. */
  holdOf(judge: Name, costUsd: number | null): string | null
}

/** A check that stays without an answer is tried again so much later. */
const AGAIN_MS = 86_400_000

const IDS = CANARIES.map(({ id }) => id)

export function judgeIssues(facts: JudgeFacts, now: number): JudgeIssue[] {
  return facts.judges.flatMap((judge) => {
    const own = facts.measured.get(judgeKey(judge))
    if (own && own.flag === null) return []
    const isAsked = facts.canaries === 'auto' && (!own || own.flag === 'unanswered')
    const isUnderWay = facts.isUnderWay(judge)
    const costUsd = facts.costOf(judge)
    const hold = isAsked && !isUnderWay ? holdOf(facts, judge, costUsd, now) : null
    const issue = {
      executor: judge.executor,
      model: judge.model,
      prompt: judge.prompt,
      canaries: IDS,
      costUsd,
      isUnderWay,
      isDue: isAsked && !isUnderWay && hold === null,
      hold,
    }
    if (own) return { ...issue, ...flagged(own) }
    const earlier = [...facts.measured.values()].filter((each) => each.executor === judge.executor)
    const measuredAt = earlier.length === 0 ? null : Math.max(...earlier.map(({ at }) => at))
    const kind = measuredAt === null ? 'unmeasured' : 'changed'
    return { ...issue, kind, flag: null, measuredAt } as const
  })
}

function flagged(own: MeasuredJudge): Pick<JudgeIssue, 'kind' | 'flag' | 'measuredAt'> {
  const text = flagText(own)
  const flag = own.flag === null || text === null ? null : { code: own.flag, text }
  return { kind: 'flagged', flag, measuredAt: own.at }
}

function holdOf(
  { attempts, holdOf: hostHold }: JudgeFacts,
  judge: Name,
  costUsd: number | null,
  now: number,
): string | null {
  const own = attempts.filter(
    ({ executor, model, prompt }) =>
      executor === judge.executor &&
      model === judge.model &&
      (prompt === null || prompt === judge.prompt),
  )
  const isEarly = own.some(({ at }) => at + AGAIN_MS > now)
  return isEarly ? 'a check of today stayed unanswered' : hostHold(judge, costUsd)
}

/** Whether people are told: of a flag always; of one that was not measured where they are to decide, or the yard cannot check it. */
export const needsPerson = (
  { kind, hold, isUnderWay, isDue }: JudgeIssue,
  canaries: JudgingSettings['canaries'],
): boolean => {
  if (isUnderWay || isDue) return false
  if (kind === 'flagged') return true
  return canaries === 'ask' || (canaries === 'auto' && hold !== null)
}

/** By its score alone, without a person. */
const decides = ({ mode }: Gate): boolean => mode === 'score' || mode === 'gated'

/** Whether a score would pass or fail a result of any task, by the settings. */
export const settingsGate = ({ gate, tags }: Pick<EvaluationSettings, 'gate' | 'tags'>): boolean =>
  [gate, ...Object.values(tags)].some(decides)

const NONE = { gate: { mode: 'off' }, tags: {} } as const

/** Whether its own gate is passed by a score, and it is not over. */
export const taskGates = (task: Task): boolean =>
  task.gate != null && !OVER.has(task.state.kind) && decides(gateOf(task, NONE).gate)

const OVER: ReadonlySet<Task['state']['kind']> = new Set(['done', 'failed', 'abandoned'])
