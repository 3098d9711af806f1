/** What was judged of results, from the command line, and what people say of it there. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentIdOf } from '../../../../src/domain/ids.ts'
import { taskId } from '../../../support/plan-builder.ts'
import {
  dimensionsOf,
  evaluation,
  judgement,
  JUDGE,
  type Recorder,
  recordInto,
} from '../../../support/recorded-evaluations.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeAll(async () => {
  test = await openTestYard()
  await test.yard(['list'])
  await recordInto(join(test.folder, '.yard/yard.db'), record)
})
afterAll(() => test.close(), 60_000)

function record(recorder: Recorder): void {
  recorder.add('docs', { title: 'Write docs', gate: '0.7' })
  recorder.add('flag')
  recorder.add('fresh')
  recorder.tryTask('docs', 1, { executor: 'claude', model: 'opus', usd: 2 })
  recorder.tryTask('flag', 2, { executor: 'codex', model: 'gpt', usd: 1 })
  recorder.judged(
    evaluation(1, 'docs', 1, {
      dimensions: {
        correctness: 0.95,
        completeness: 0.98,
        efficiency: 0.85,
        style_adherence: 0.92,
        downstream_usability: 0.9,
        coordination_overhead: 0.95,
        blocking_impact: 0.9,
        intent_fidelity: 0.88,
      },
    }),
  )
  recorder.judged(evaluation(2, 'flag', 2, { dimensions: dimensionsOf(0.5), passed: false }))
  const state = { kind: 'ended', at: 0, outcome: 'unanswered', reason: 'it said nothing' } as const
  recorder.asked(judgement(1, { taskId: taskId('docs'), judge: JUDGE, state }))
  const about = { taskId: taskId('flag'), agentId: agentIdOf(2), generation: 1 }
  recorder.asked(judgement(2, { ...about, subject: 'record' }))
}

type Row = Record<string, unknown>
const json = <T = Row>(...words: string[]) => test.json(words) as Promise<T>
const run = async (...words: string[]) => {
  const { code, out, err } = await test.yard(words)
  return { code, out, err }
}
const codeOf = async (...words: string[]) => (await run(...words)).code

describe('yard evaluations', { timeout: 60_000 }, () => {
  it('lists them newest first, with the score that holds and its gate', async () => {
    const { code, out } = await run('evaluations')
    expect(code).toBe(0)
    expect(out).toMatch(
      /eval-2 .*0\.50 \(gate 0\.70 not passed\)[^]*eval-1 .*0\.93 \(gate 0\.70 passed\)/,
    )
    expect((await json<Row[]>('evaluations', '--below', '0.7')).map(({ id }) => id)).toEqual([
      'eval-2',
    ])
    expect(await json<Row[]>('evaluations', '--task', 'docs', '--limit', '1')).toMatchObject([
      { id: 'eval-1', task: 'docs', agent: 'agent-1', status: 'scored', looks: 1, passed: true },
    ])
  })

  it('sums them up', async () => {
    expect((await run('evaluations', '--by', 'model')).out).toMatch(
      /MODEL +N +MEAN[^]*opus +1 \(few\) +0\.93/,
    )
    expect(await json<Row[]>('evaluations', '--by', 'executor')).toMatchObject([
      { key: 'claude', n: 1, passedShare: 1, meanCostUsd: 2 },
      { key: 'codex', n: 1, passedShare: 0, costPerPassedUsd: null },
    ])
  })

  it('shows one with all that it says', async () => {
    const { out } = await run('evaluations', 'show', 'eval-1')
    expect(out).toContain('score     0.93 (gate 0.70 passed)')
    expect(out).toMatch(/correctness +0\.95 +it does what was asked \(src\/a\.ts:2\)/)
    for (const fact of [/when +\d/, /worker +claude\/opus/, /kind +\w+/]) expect(out).toMatch(fact)
    expect(out).toMatch(/Criteria\n +met +a button \(src\/a\.ts:1\)/)
    expect(await codeOf('evaluations', 'show', 'eval-9')).toBe(3)
  })

  it('draws for audits without scores, and types them on a terminal only', async () => {
    const drawn = await json<Row[]>('evaluations', 'audit', '5')
    expect(drawn.map(({ id }) => id).toSorted()).toEqual(['eval-1', 'eval-2'])
    expect(drawn.every((row) => !('score' in row))).toBe(true)
    expect(await codeOf('evaluations', 'audit')).toBe(2)
  })

  it('refuses filters out of range', async () => {
    expect(await codeOf('evaluations', '--below', '1.5')).toBe(2)
    expect(await codeOf('evaluations', '--by', 'task')).toBe(2)
    expect(await codeOf('evaluations', '--task', 'dosc')).toBe(3)
    const since = await run('evaluations', '--since', 'yesterday')
    expect([since.code, since.err]).toEqual([2, expect.stringContaining('a day, such as')])
  })

  it('refuses those of whom nobody knows, and takes those who have worked', async () => {
    for (const filter of ['--executor', '--model', '--identity'])
      expect(await codeOf('evaluations', filter, 'nobody')).toBe(3)
    expect(await codeOf('evaluations', '--model', 'opus')).toBe(0)
    expect((await run('identity', 'show', '1eb')).err).toContain('4 or more characters')
  })
})

describe('yard show', { timeout: 60_000 }, () => {
  it('prints the score with its gate and the eight below it', async () => {
    const { out } = await run('show', 'docs')
    expect(out).toMatch(/\nscore 0\.93 \(gate 0\.70 passed\)\n  correctness +0\.95\n/)
    expect(out).toMatch(/intent_fidelity +0\.88\n/)
    expect(await json('show', 'docs')).toMatchObject({
      score: expect.closeTo(0.933, 10) as number,
      gate: { mode: 'gated', threshold: 0.7, source: 'task' },
      evaluation: { id: 'eval-1', dimensions: { intent_fidelity: 0.88 } },
    })
  })
})

describe('what people say', { timeout: 60_000 }, () => {
  it('is a score beside the model’s, and can be taken back', async () => {
    const { code, out } = await run('score', 'docs', '0.6', '--note', 'an example is wrong')
    expect([code, out]).toEqual([0, 'eval-1 of docs: 0.60 (gate 0.70 not passed)\n'])
    const one = ['score', 'eval-1', '0.5', '--dimension', 'correctness=0.4', '--note', 'n']
    expect(await json(...one)).toMatchObject({
      score: 0.5,
      override: { dimensions: { correctness: 0.4 }, note: 'n' },
    })
    expect(await json('score', 'docs', '--clear')).toMatchObject({ override: null })
    expect((await run('score', 'eval-2', '0.7', '--audit')).out).toContain('the judge said 0.50')
  })

  it('is refused where it says nothing, or too much', async () => {
    expect(await codeOf('score', 'docs', '1.2', '--note', 'n')).toBe(2)
    expect(await codeOf('score', 'docs', '0.2')).toBe(2)
    const bare = await run('score', 'docs', '0.2', '--note', 'n', '--dimension', 'correctness')
    expect([bare.code, bare.err]).toEqual([2, expect.stringContaining('correctness=0.8')])
    expect(await codeOf('score', 'docs', '--note', 'n')).toBe(2)
    expect(await codeOf('score', 'docs', '0.2', '--clear')).toBe(2)
    const unknown = await run('score', 'docs', '0.2', '--note', 'n', '--dimension', 'corectness=1')
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringContaining('did you mean "correctness"'),
    ])
    expect(await codeOf('score', 'fresh', '0.2', '--note', 'n')).toBe(4)
    expect(await codeOf('score', 'eval-9', '0.2', '--note', 'n')).toBe(3)
  })

  it('decides of what waits for it, and of nothing else', async () => {
    const approve = await run('approve', 'docs')
    expect([approve.code, approve.err]).toEqual([4, expect.stringContaining('done already')])
    expect(await codeOf('approve', 'fresh')).toBe(4)
    expect(await codeOf('reject', 'fresh', '--note', 'n')).toBe(4)
    expect(await codeOf('reject', 'docs')).toBe(2)
    expect((await run('reject', 'docs', '--note', 'say more')).out).toBe('docs is ready\n')
    expect((await run('show', 'docs')).out).toContain('rejected: say more')
  })
})

describe('asking models', { timeout: 60_000 }, () => {
  it('is refused before anything of the task has ended', async () => {
    const { code, err } = await run('evaluate', 'fresh')
    expect([code, err]).toEqual([4, expect.stringContaining('nothing of it has ended')])
    expect(await codeOf('evaluate', 'flag', '--executor', 'nobody')).toBe(3)
  })

  it('is told of, and what was asked is ended by a person', async () => {
    const { out } = await run('judgements')
    expect(out).toMatch(/judge-2 +evaluation +flag[^]*judge-1 .*unanswered \(it said nothing\)/)
    const living = await json<Row[]>('judgements', '--living')
    expect(living.map(({ id }) => id)).toEqual(['judge-2'])
    expect((await run('judgements', 'show', 'judge-1')).out).toMatch(/judge +judge\/opus/)
    expect(await codeOf('judgements', 'show', 'judge-1', '--sent')).toBe(1)
    expect(await codeOf('judgements', 'show', 'judge-7')).toBe(3)
    expect((await run('kill', 'judge-2')).out).toBe('judge-2 has ended unanswered\n')
    expect(await codeOf('kill', 'judge-2')).toBe(4)
    expect(await json<Row[]>('judgements', '--living')).toEqual([])
  })
})
