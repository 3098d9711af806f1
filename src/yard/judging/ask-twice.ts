/** Asks a model, and once more where its answer does not fit. */
import type { Clock } from '../../base/clock.ts'
import { oneLine } from '../../base/text.ts'
import { VERDICTS, type WorkFailure } from '../../domain/failure.ts'
import type { Judge } from '../../domain/judging/evaluation.ts'
import type {
  Judgement,
  JudgementReply,
  JudgedValue,
  Postponement,
} from '../../domain/judging/judgement.ts'
import type { Withdrawal } from '../../domain/landing.ts'
import { findAnswer } from '../../judging/find-answer.ts'
import { quoted } from '../../judging/quoting.ts'
import type { ModelAsker } from './ask-model.ts'
import type { Question } from './question.ts'
import type { Questions } from './questions.ts'
import { NOTHING, usedBy } from './paid-turns.ts'
import type { PricedReply, Reply } from './reply-file.ts'
import { questionKey } from './turn-folder.ts'

interface Parts {
  readonly asker: Pick<ModelAsker, 'ask'>
  readonly questions: Questions
  readonly clock: Clock
}

export async function askModel(
  parts: Parts,
  judgement: Judgement,
  withdrawn: Withdrawal,
): Promise<JudgementReply | Postponement | null> {
  const { judge } = judgement
  if (judge === null) return { value: null, reason: 'nobody was chosen to ask', ...NOTHING }
  const prepared = await parts.questions.prepare(judgement)
  if (prepared.kind === 'known') return { value: prepared.value, reason: null, ...NOTHING }
  if (prepared.kind === 'impossible') return { value: null, reason: prepared.reason, ...NOTHING }
  const { question } = prepared
  const key = questionKey(judgement)
  const said: Reply[] = []
  const usedSoFar = (): PricedReply => usedBy([judgement, ...said])
  let { prompt } = question
  for (const turn of [judgement.turn, judgement.turn + 1]) {
    const { system, wire: schema, timeoutMs } = question
    const about = { id: judgement.id, key, turn, judge, system, prompt, schema, timeoutMs }
    const reply = await parts.asker.ask(about, withdrawn)
    if (reply === null) return null
    said.push(reply)
    if (reply.kind === 'failed')
      return (
        postponed(parts.clock.now(), judge, reply.failure, { turn: turn + 1, ...usedSoFar() }) ?? {
          value: null,
          reason: oneLine(reply.failure.reason, 500),
          ...usedSoFar(),
        }
      )
    const read = answerIn(question, reply)
    if ('value' in read) return { value: read.value, reason: null, ...usedSoFar() }
    prompt = repairPrompt(question, reply.text, read.error)
    if (turn > judgement.turn) {
      const reason = `its answer did not fit twice: ${oneLine(read.error, 300)}`
      return { value: null, reason, ...usedSoFar() }
    }
  }
  return null
}

/** By its structured output where it has one that fits, else the first object of its text that does. */
function answerIn(
  question: Question,
  { text, structured }: Extract<Reply, { kind: 'answer' }>,
): { readonly value: JudgedValue } | { readonly error: string } {
  if (structured != null) {
    const read = question.read(structured)
    if ('value' in read) return read
  }
  const found = findAnswer(text, question.schema)
  return found.ok ? question.read(found.value) : { error: found.error }
}

/** Of the first answer, so much is shown again. */
const SHOWN = 8000

const repairPrompt = ({ prompt }: Question, said: string, error: string): string =>
  `${prompt}\n\n# Your answer did not fit\n\nYou answered:\n${quoted(said.slice(0, SHOWN).toWellFormed())}\n\nWhat is wrong with it: ${oneLine(error, 2000)}\nAnswer again with one JSON object that fits the schema, and nothing else.`

const BUSY_MS = 30_000
const SLEEP_MS = 15 * 60_000

/** A provider that is unwell is waited for, as agents wait for it; null = all else has no answer. */
function postponed(
  now: number,
  judge: Judge,
  failure: WorkFailure,
  after: PricedReply & Pick<Postponement, 'turn'>,
): Postponement | null {
  const verdict = VERDICTS[failure.class]
  const next = { reason: failure.reason, ...after }
  if (verdict === 'park')
    return { ...next, until: failure.resetAt ?? now + SLEEP_MS, provider: judge.provider }
  if (verdict === 'back-off')
    return { ...next, until: failure.resetAt ?? now + BUSY_MS, provider: null }
  return null
}
