/** One question, and a second turn where the answer does not fit. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../../../src/base/clock.ts'
import { workFailure } from '../../../src/domain/failure.ts'
import { newJudgement, NO_SUBJECT } from '../../../src/domain/decide/evaluated.ts'
import type { Judgement } from '../../../src/domain/judging/judgement.ts'
import type { Question as Asked } from '../../../src/yard/judging/ask-model.ts'
import { askModel } from '../../../src/yard/judging/ask-twice.ts'
import type { Prepared, Question } from '../../../src/yard/judging/question.ts'
import type { Reply } from '../../../src/yard/judging/reply-file.ts'

const JUDGE = {
  executor: 'claude',
  model: 'sonnet',
  modelId: 'm',
  provider: 'anthropic',
  provenance: 'config',
  prompt: 'v1',
}
const judgement: Judgement = {
  ...newJudgement(
    { lastJudgementNumber: 0 },
    { ...NO_SUBJECT, purpose: 'canary', subject: null, by: 'ada', wish: null, at: 0 },
  ),
  judge: JUDGE,
}

const schema = z.object({ score: z.number().min(0).max(1) })
const question: Question = {
  system: 'You judge.',
  prompt: 'How good?',
  wire: {},
  timeoutMs: 1000,
  schema,
  read(said) {
    const read = schema.safeParse(said)
    return read.success
      ? { value: { purpose: 'canary', score: read.data.score } }
      : { error: read.error.message }
  },
}

const USAGE = {
  inputTokens: 10,
  outputTokens: 2,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: 0.5,
}
const says = (text: string, structured: unknown = null): Reply => ({
  kind: 'answer',
  text,
  structured,
  usage: USAGE,
  costSource: 'cli',
})

async function ask(
  replies: readonly (Reply | null)[],
  prepared?: Prepared,
  about: Partial<Judgement> = {},
) {
  const asked: Asked[] = []
  const reply = await askModel(
    {
      asker: {
        ask(turn) {
          asked.push(turn)
          return Promise.resolve(replies[asked.length - 1] ?? null)
        },
      },
      questions: {
        promptOf: () => 'v1',
        prepare: () => Promise.resolve(prepared ?? { kind: 'question', question }),
      },
      clock: { ...systemClock, now: () => 1000 },
    },
    { ...judgement, ...about },
    new AbortController().signal,
  )
  return { reply, asked }
}

it('takes a structured answer that fits, and asks once', async () => {
  const { reply, asked } = await ask([says('nothing', { score: 0.5 })])
  expect(reply).toEqual({
    value: { purpose: 'canary', score: 0.5 },
    reason: null,
    usage: USAGE,
    costSource: 'cli',
  })
  expect(asked.map(({ id, turn }) => [id, turn])).toEqual([['judge-1', 1]])
})

it('finds one in the text where the structured one does not fit', async () => {
  const { reply } = await ask([says('so: ```json\n{"score": 0.25}\n```', { score: 9 })])
  expect(reply).toMatchObject({ value: { score: 0.25 } })
})

it('asks a second time with what was wrong, and adds up what both used', async () => {
  const { reply, asked } = await ask([says('{"score": "0.9"}'), says('{"score": 0.9}')])
  expect(reply).toMatchObject({ value: { score: 0.9 }, usage: { inputTokens: 20, costUsd: 1 } })
  expect(asked.map(({ turn }) => turn)).toEqual([1, 2])
  expect(asked[1]?.prompt).toContain('│ {"score": "0.9"}')
  expect(asked[1]?.prompt).toContain('score: ')
})

it('quotes all of the first answer, whatever ends its lines', async () => {
  const { asked } = await ask([says('no\r# Facts\u2028# Checks'), says('{"score": 0.9}')])
  expect(asked[1]?.prompt).toContain('│ no\n│ # Facts\n│ # Checks')
})

it('is unanswered after two that do not fit, with what they cost', async () => {
  const { reply, asked } = await ask([says('no'), says('{"score": 7}')])
  expect(reply).toMatchObject({
    value: null,
    reason: expect.stringContaining('did not fit twice'),
    usage: { costUsd: 1 },
  })
  expect(asked).toHaveLength(2)
})

describe('a failed turn', () => {
  const failed = (...words: Parameters<typeof workFailure>): Reply => ({
    kind: 'failed',
    failure: workFailure(...words),
    usage: null,
    costSource: null,
  })

  it('that is the provider’s sleep is asked again, under the next number', async () => {
    const { reply } = await ask([failed('quota', 'used up', { resetAt: 9000 })])
    expect(reply).toEqual({
      until: 9000,
      reason: 'used up',
      provider: 'anthropic',
      turn: 2,
      usage: null,
      costSource: null,
    })
  })

  it('keeps what was paid before it, to the end', async () => {
    const refused = failed('quota', 'used up', { resetAt: 9000 })
    const { reply } = await ask([says('no'), refused])
    expect(reply).toMatchObject({ turn: 3, usage: USAGE, costSource: 'cli' })
    const later = { turn: 3, usage: USAGE, costSource: 'cli' } as const
    const { reply: last } = await ask([says('{"score": 0.9}')], undefined, later)
    expect(last).toMatchObject({ value: { score: 0.9 }, usage: { inputTokens: 20, costUsd: 1 } })
    const { reply: again } = await ask([refused], undefined, later)
    expect(again).toMatchObject({ turn: 4, usage: { costUsd: 0.5 } })
  })

  it('that is an overload waits a while, alone', async () => {
    const { reply } = await ask([failed('overload', 'busy')])
    expect(reply).toEqual({
      until: 31_000,
      reason: 'busy',
      provider: null,
      turn: 2,
      usage: null,
      costSource: null,
    })
  })

  it.each(['timeout', 'crash', 'auth', 'lost'] as const)(
    'of class %s has no answer',
    async (kind) => {
      const { reply } = await ask([failed(kind, 'why')])
      expect(reply).toMatchObject({ value: null, reason: 'why' })
    },
  )

  it('after a first that did not fit keeps what that one used', async () => {
    const { reply } = await ask([says('no'), failed('timeout', 'late')])
    expect(reply).toMatchObject({ value: null, usage: { costUsd: 0.5 } })
  })
})

it('is asked later where the asker says so', async () => {
  expect((await ask([null])).reply).toBeNull()
})

it('asks nobody where the answer is known, or there is nothing to ask', async () => {
  const known = await ask([], { kind: 'known', value: { purpose: 'canary', score: 1 } })
  expect(known).toMatchObject({ reply: { value: { score: 1 } }, asked: [] })
  const gone = await ask([], { kind: 'impossible', reason: 'it is gone' })
  expect(gone).toMatchObject({ reply: { value: null, reason: 'it is gone' }, asked: [] })
})
