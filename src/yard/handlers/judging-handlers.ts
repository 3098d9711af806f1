/** Requests about judgements and evaluations. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { EvaluationFigures, EvaluationGroup, Evaluator } from '../../contract/judging.ts'
import { failure } from '../../domain/failure.ts'
import {
  evaluationIdSchema,
  judgementIdSchema,
  type JudgementId,
} from '../../domain/judging/evaluation.ts'
import type { Judgement } from '../../domain/judging/judgement.ts'
import { isModelName, unknownModel } from '../../domain/routing/models.ts'
import { profileOf, unknownExecutor } from '../../domain/routing/resolve.ts'
import { agreementOf } from '../../judging/agreement.ts'
import { scoreFigures } from '../../judging/score-figures.ts'
import type { EvaluationFilter, ScoredTry, StoredEvaluation } from '../../store/judging.ts'
import { flagText, judgeKey, type CanaryRecord, canaryRecords } from '../judging/measured-judges.ts'
import { judgementsFolder, lastTurnFolder } from '../judging/turn-folder.ts'
import { createPacer } from '../slices.ts'
import { isoTime } from '../views/iso-time.ts'
import { judgementWait } from '../views/judgement-wait.ts'
import { toEvaluationRow, toJudgementView } from '../views/evaluation-view.ts'
import type { Yard } from '../yard.ts'
import { type HandlerContext, procedures, taskOf } from './context.ts'
import { refuse } from './failures.ts'
import { instantOf } from './page-handlers.ts'

export const evaluationHandlers = {
  list: procedures.evaluation.list.handler(async ({ context, input, signal }) => {
    const { by, before, limit, ...wanted } = input
    const filter = filterOf(context, wanted)
    if (by !== undefined) return (await readFigures(context.yard, filter, by, signal)).groups
    return context.yard.store.judging
      .list(filter, limit, before)
      .map((stored) => toEvaluationRow(context.yard.plan, stored))
  }),
  figures: procedures.evaluation.figures.handler(({ context, input: { by, ...wanted }, signal }) =>
    readFigures(context.yard, filterOf(context, wanted), by, signal),
  ),
  get: procedures.evaluation.get.handler(({ context: { yard }, input }) =>
    toEvaluationRow(yard.plan, evaluationOf(yard, input.id)),
  ),
  audit: procedures.evaluation.audit.handler(({ context: { yard }, input }) =>
    yard.store.judging.drawForAudit(input.limit).flatMap((id) => {
      const stored = yard.store.judging.get(id)
      if (!stored) return []
      const { task, title, agent, at } = toEvaluationRow(yard.plan, stored)
      return { id, task, title, agent, at }
    }),
  ),
}

export const judgementHandlers = {
  list: procedures.judgement.list.handler(({ context, input: { living, task, since, limit } }) =>
    context.yard.store.judging
      .judgements({
        isLiving: living,
        task: task === undefined ? undefined : taskOf(context, task).id,
        since: since === undefined ? undefined : instantOf('since', since),
        limit,
      })
      .map(toJudgementView),
  ),
  get: procedures.judgement.get.handler(async ({ context, input, signal }) => {
    const { id } = judgementOf(context.yard, input.id)
    if (input.waitMs !== undefined) await untilEnded(context, id, input.waitMs, signal)
    const judgement = judgementOf(context.yard, id)
    return { ...toJudgementView(judgement), waits: judgementWait(context.yard, judgement) }
  }),
  text: procedures.judgement.text.handler(({ context: { yard }, input }) =>
    readPart(yard, judgementOf(yard, input.id), input.part),
  ),
}

export const evaluatorHandlers = {
  list: procedures.evaluator.list.handler(({ context: { yard } }) => evaluatorsOf(yard)),
}

type Wanted = Omit<EvaluationFilter, 'since'> & { readonly since?: string | undefined }

function filterOf(context: HandlerContext, { since, task, ...rest }: Wanted): EvaluationFilter {
  refuseStrangers(context.yard, rest)
  return {
    ...rest,
    task: task === undefined ? undefined : taskOf(context, task).id,
    since: since === undefined ? undefined : instantOf('since', since),
  }
}

/** Executors, models and identities that neither are there nor have done anything that was judged. */
function refuseStrangers(
  { store, config, identities }: Yard,
  { executor, model, identity }: Pick<EvaluationFilter, 'executor' | 'model' | 'identity'>,
): void {
  const { settings } = config()
  const hasWorked = (filter: EvaluationFilter) => store.judging.list(filter, 1).length > 0
  if (executor !== undefined && !profileOf(settings, executor) && !hasWorked({ executor }))
    refuse(unknownExecutor(settings, executor))
  if (model !== undefined && !isModelName(settings, model) && !hasWorked({ model }))
    refuse(unknownModel(settings, model))
  const found = identity === undefined ? null : identities.resolve(identity)
  if (found && !found.ok && !hasWorked({ identity })) refuse(found.error)
}

export function evaluationOf({ store }: Pick<Yard, 'store'>, id: string): StoredEvaluation {
  const known = evaluationIdSchema.safeParse(id)
  const stored = known.success ? store.judging.get(known.data) : null
  return stored ?? refuse(unknown('evaluation', id, 'yard evaluations shows them'))
}

export function judgementOf({ store }: Pick<Yard, 'store'>, id: string) {
  const known = judgementIdSchema.safeParse(id)
  const judgement = known.success ? store.judging.judgement(known.data) : null
  return judgement ?? refuse(unknown('judgement', id, 'yard judgements shows them'))
}

const unknown = (what: 'evaluation' | 'judgement', id: string, hint: string) =>
  failure(`unknown-${what}`, `there is no ${what} ${JSON.stringify(id)}`, { hint, facts: { id } })

/** Until it has ended; sooner when the caller leaves or its time is up. */
function untilEnded(
  { yard }: HandlerContext,
  id: JudgementId,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const isOver = (): boolean => !yard.plan.judgements.has(id)
  return new Promise((resolve) => {
    const finish = (): void => {
      off()
      clearTimeout(timer)
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const off = yard.onCommitted(() => isOver() && finish())
    const timer = setTimeout(finish, waitMs)
    signal?.addEventListener('abort', finish)
    if (isOver() || signal?.aborted) finish()
  })
}

const SLICE = 500

/** In slices: a yard may have a hundred thousand of them. */
async function readFigures(
  { plan, store }: Pick<Yard, 'plan' | 'store'>,
  filter: EvaluationFilter,
  by: EvaluationGroup,
  signal?: AbortSignal,
) {
  const tries: ScoredTry[] = []
  const pacer = createPacer(signal)
  for (let after = -1; ;) {
    const slice = store.judging.scoredTries(filter, after, SLICE)
    tries.push(...slice)
    const last = slice.at(-1)
    if (!last) break
    after = last.key
    const wait = pacer.check()
    if (wait) await wait
  }
  const groups = [...Map.groupBy(tries, (each) => each[by])].map(([key, own]) =>
    toFigures(key, own, by === 'identity' ? (own[0]?.identityName ?? null) : null),
  )
  const tags = new Set(tries.flatMap(({ taskId }) => plan.tasks.get(taskId as never)?.tags ?? []))
  return {
    all: toFigures(null, tries),
    groups: groups.toSorted((a, b) => b.n - a.n || ((a.key ?? '') < (b.key ?? '') ? -1 : 1)),
    tags: [...tags].toSorted(),
  }
}

function toFigures(
  key: string | null,
  tries: readonly ScoredTry[],
  name: string | null = null,
): EvaluationFigures {
  const { bins, ...figures } = scoreFigures(tries)
  return { key, name, executor: mostOf(tries), ...figures, bins: [...bins] }
}

/** The executor that most of them ran with. */
function mostOf(tries: readonly ScoredTry[]): string | null {
  const groups = [...Map.groupBy(tries, ({ executor }) => executor)]
  return groups.toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? null
}

type JudgesSource = Pick<Yard, 'store' | 'plan' | 'judging' | 'now'>
type JudgeName = Pick<Evaluator, 'executor' | 'model' | 'prompt'>

function measureOf({
  measured,
  partial: left,
}: CanaryRecord): Pick<Evaluator, 'canaries' | 'partial' | 'flag'> {
  const partial = left && { at: isoTime(left.at), n: left.n }
  if (!measured) return { canaries: null, partial, flag: null }
  const { at, n, answered, biasGood, biasBad, mae, flag } = measured
  const text = flagText(measured)
  return {
    partial,
    canaries: { at: isoTime(at), n, answered, biasGood, biasBad, mae },
    flag: flag === null || text === null ? null : { code: flag, text },
  }
}

/** Every judge that was asked, whose scores people have scored, too, or that would be asked and nobody has measured. */
function evaluatorsOf({ store, plan, judging, now }: JudgesSource): Evaluator[] {
  const asked = store.judging.askedJudges()
  const pairs = Map.groupBy(store.judging.scoredTwice(), judgeKey)
  const answers = store.judging.canaryAnswers()
  const records = canaryRecords(answers)
  const known = new Set(asked.map(judgeKey))
  const issues = judging.judgeIssues?.(now()) ?? []
  const unasked = Map.groupBy<string, JudgeName>(
    [...pairs.values(), answers, issues].flat(),
    judgeKey,
  )
  const others = [...unasked].flatMap(([name, [first]]) => (first && !known.has(name) ? first : []))
  const none = { asked: 0, unanswered: 0, meanUsd: null }
  return [...asked, ...others.map((judge) => ({ ...judge, ...none }))].map((judge) => {
    const own = pairs.get(judgeKey(judge)) ?? []
    const agreement = (isAudit: boolean) =>
      agreementOf(
        own
          .filter((pair) => pair.isAudit === isAudit)
          .map(({ modelScore: model, person }) => ({ model, person })),
      )
    return {
      executor: judge.executor,
      model: judge.model,
      prompt: judge.prompt,
      asked: judge.asked,
      unansweredShare: judge.asked === 0 ? null : judge.unanswered / judge.asked,
      meanCostUsd: judge.meanUsd,
      people: agreement(true),
      overrides: agreement(false),
      ...measureOf(records.get(judgeKey(judge)) ?? { measured: null, partial: null }),
      checking: checkingOf(plan, judge),
    }
  })
}

const checkingOf = ({ judgements }: Pick<Yard['plan'], 'judgements'>, judge: JudgeName): number =>
  [...judgements.values()].filter(
    ({ purpose, wish, judge: asked }) =>
      purpose === 'canary' &&
      wish?.executor === judge.executor &&
      wish.model === judge.model &&
      (asked === null || asked.prompt === judge.prompt),
  ).length

/** Both are bounded where they are written; a file that somebody made larger is cut. */
const MOST_BYTES = 4_000_000
const FILES = { sent: 'prompt.md', answer: 'answer.json' } as const

async function readPart(yard: Pick<Yard, 'paths'>, judgement: Judgement, part: keyof typeof FILES) {
  const { id, state } = judgement
  if (state.kind === 'ended' && state.kept !== undefined)
    return refuse(
      failure('wrong-state', `${id}: nothing was sent: same work as ${state.kept}, score kept`, {
        hint: `yard evaluations show ${state.kept} names the judgements that were asked`,
      }),
    )
  const folder = judgementsFolder(yard.paths)
  const path = join(lastTurnFolder(folder, judgement) ?? join(folder, id), FILES[part])
  const { O_RDONLY, O_NOFOLLOW } = constants
  const isKept = lastTurnFolder(folder, judgement) !== null
  const file = isKept ? await open(path, O_RDONLY | (O_NOFOLLOW ?? 0)).catch(() => null) : null
  if (!file && judgement.judge === null)
    return refuse(
      failure('io', `${id}: nothing was sent`, {
        hint: `yard judgements show ${id} says how it stands`,
      }),
    )
  if (!file)
    return refuse(
      failure('io', `${id}: ${part === 'sent' ? 'what was sent' : 'its answer'} is not there`, {
        hint: 'dead-agents --purge removes the folders of ended judgements; scores stay',
        facts: { path },
      }),
    )
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.min(size, MOST_BYTES)),
      position: 0,
    })
    return { text: buffer.toString('utf8', 0, bytesRead), isCut: size > MOST_BYTES }
  } finally {
    await file.close()
  }
}
