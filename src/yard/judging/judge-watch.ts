/** Keeps what is known of judges by their canaries, so that asking for it costs no walk over tasks or judgements. */
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import { newJudgement, NO_SUBJECT } from '../../domain/decide/evaluated.ts'
import { dollarsText } from '../../domain/format.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { Judge } from '../../domain/judging/evaluation.ts'
import type { JudgeIssue, Judgement } from '../../domain/judging/judgement.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Store } from '../../store/store.ts'
import { checkCost } from './check-cost.ts'
import { chooseJudge, gatingJudges, type JudgeSource } from './choose-judge.ts'
import { judgeIssues, settingsGate, taskGates } from './judge-issues.ts'
import { canaryRecords, flagText, judgeKey } from './measured-judges.ts'

type Name = Pick<Judge, 'executor' | 'model' | 'prompt'>

interface Parts {
  readonly plan: Plan
  readonly store: Pick<Store, 'judging'>
  settings(): Settings
  /** About no agent. */
  sourceAt(now: number): JudgeSource
}

export function createJudgeWatch(parts: Parts) {
  const { plan, store, settings } = parts
  const gated = createGatedTasks(plan)
  const known = createKnown(store)
  const costs = createCosts(store)

  const isUnderWay = ({ executor, model }: Name): boolean =>
    [...plan.judgements.values()].some(
      ({ purpose, wish }) =>
        purpose === 'canary' && wish?.executor === executor && wish.model === model,
    )
  const ask = (purpose: 'evaluation' | 'canary', wish: Judgement['wish'], at: number) =>
    newJudgement(plan, { ...NO_SUBJECT, purpose, subject: null, by: 'coordinator', wish, at })
  const holdAt =
    (source: JudgeSource, now: number) =>
    ({ executor, model }: Name, costUsd: number | null): string | null => {
      const { dayUsd } = settings().judging
      const spent = dayUsd === null ? null : (source.spentToday().usd ?? 0)
      if (dayUsd !== null && spent !== null && costUsd !== null && spent + costUsd > dayUsd)
        return `it costs about ${dollarsText(costUsd)}, more than judging.day_usd leaves of today`
      const choice = chooseJudge(source, ask('canary', { executor, model }, now), now)
      return choice.kind === 'judge' ? null : choice.reason
    }
  return {
    note(batch: CommittedBatch): void {
      gated.note(batch)
      if (batch.changes.some(isCanary)) {
        known.forget()
        costs.forget()
      }
    },
    /** Why its scores decide nothing; null = nothing speaks against it. */
    flagOf(judge: Name): string | null {
      const own = known.read().measured.get(judgeKey(judge))
      return own ? flagText(own) : null
    },
    issues(now: number): readonly JudgeIssue[] {
      const { evaluation, judging } = settings()
      const source = parts.sourceAt(now)
      if (!source.isTrusted || (!settingsGate(evaluation) && !gated.hasAny())) return []
      const judges = gatingJudges(source, ask('evaluation', null, now))
      const holdOf = holdAt(source, now)
      const costOf = (judge: Name) => costs.of(settings(), judge)
      const facts = { canaries: judging.canaries, judges, isUnderWay, costOf, holdOf }
      return judgeIssues({ ...facts, ...known.read() }, now)
    },
  }
}

const isCanary = (change: CommittedBatch['changes'][number]): boolean =>
  change.entity === 'judgement' && (change.after ?? change.before)?.purpose === 'canary'

/** What its canaries say of each judge; read anew once more of them have ended. */
function createKnown(store: Parts['store']) {
  const read = () => {
    const answers = store.judging.canaryAnswers()
    const named = new Map(answers.map((each) => [judgeKey(each), each]))
    const measured = [...canaryRecords(answers)].flatMap(([key, { measured: figures }]) => {
      const name = named.get(key)
      return name && figures ? [[key, { ...name, ...figures }] as const] : []
    })
    return { measured: new Map(measured), attempts: store.judging.canaryAttempts() }
  }
  let known: ReturnType<typeof read> | null = null
  return { read: () => (known ??= read()), forget: () => void (known = null) }
}

/** About what a check costs: it need not follow every judgement. */
function createCosts(store: Parts['store']) {
  const costs = new Map<string, number | null>()
  let of: Settings | null = null
  return {
    of(settings: Settings, judge: Name): number | null {
      if (of !== settings) costs.clear()
      of = settings
      const key = judgeKey(judge)
      const cost = costs.get(key)
      if (cost !== undefined) return cost
      const asked = checkCost({ store, settings }, judge)
      costs.set(key, asked)
      return asked
    },
    forget: () => costs.clear(),
  }
}

/** Tasks with a gate of their own that a score passes. */
function createGatedTasks(plan: Plan) {
  let ids: Set<TaskId> | null = null
  const all = (): Set<TaskId> =>
    (ids ??= new Set([...plan.tasks.values()].filter(taskGates).map(({ id }) => id)))
  return {
    hasAny: () => all().size > 0,
    note({ changes }: CommittedBatch): void {
      if (ids === null) return
      for (const change of changes) {
        if (change.entity !== 'task') continue
        const task = change.after ?? change.before
        if (task) ids[change.after && taskGates(change.after) ? 'add' : 'delete'](task.id)
      }
    },
  }
}
