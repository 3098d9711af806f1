/** What is said of a task whose result is judged, could not be, or did not pass. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JudgingPort } from '../../../src/coordinator/ports.ts'
import { gateOf, type EvaluationPolicy } from '../../../src/domain/judging/evaluation.ts'
import type { JudgeChoice } from '../../../src/domain/judging/judgement.ts'
import { policyOf } from '../../support/evaluations.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { addCommand, COORDINATOR } from '../../support/plan-builder.ts'
import { JUDGE } from '../../support/recorded-evaluations.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

const NOBODY = {
  kind: 'refuse',
  reason: 'nobody can judge: it has no model',
  hint: 'judging.executor names who is asked',
} as const

let bench: PageBench
let choice: JudgeChoice
let base: EvaluationPolicy
beforeEach(async () => {
  choice = { kind: 'judge', judge: JUDGE }
  base = policyOf('0.7')
  const judging: JudgingPort = {
    judge: { choose: () => choice, ask: () => Promise.resolve(null) },
    policyOf: (task) => ({ ...base, gate: gateOf(task, { gate: { mode: 'off' }, tags: {} }) }),
    lane: () => 1,
  }
  bench = await openPageBench(createManualClock(), { judging })
})
afterEach(() => bench.close())

const why = (id: string) => bench.client.task.why({ id })
const cardOf = async (id: string) =>
  (await bench.client.service.snapshot()).tasks.find((card) => card.id === id)

async function pending(id: string, number: number): Promise<void> {
  await bench.run(addCommand(id, { gate: '0.7' }))
  await bench.tryTask(id, number, { evaluation: base })
}
const ask = (judgementId: string) =>
  bench.run({ type: 'judgement.ask', judgementId: judgementId as never, judge: JUDGE }, COORDINATOR)
const kill = (judgementId: string) => bench.client.judgement.kill({ id: judgementId })

describe('a result that waits for its score', () => {
  it('says who is asked, and of what is not asked yet what takes the lane', async () => {
    await pending('a', 1)
    await pending('b', 2)
    await ask('judge-1')
    expect((await why('a')).text).toMatch(/being judged by judge\/opus \(judge-1, since/)
    const { text } = await why('b')
    expect(text).toMatch(/waits to be judged \(judge-2, since [^)]+\): all places of judging\.lane/)
    expect(text).toContain('(1 of 1: judge-1 of a)')
    expect((await cardOf('b'))?.fact).toBe('Waits to be evaluated')
    const { waits } = await bench.client.judgement.get({ id: 'judge-2' })
    expect(waits).toMatchObject({ kind: 'lane' })
  })

  it('is told anew to whoever follows once it is asked', async () => {
    await pending('a', 1)
    const abort = new AbortController()
    const patches = bench.view.follow(abort.signal)
    await patches.next()
    await ask('judge-1')
    bench.clock.advance(100)
    const { value } = await patches.next()
    abort.abort()
    expect(value?.tasks).toMatchObject([{ id: 'a', fact: 'Evaluating' }])
  })
})

describe('its gate', () => {
  it('is named with whose word it is, until the task is over', async () => {
    await bench.run(addCommand('a', { gate: '0.7' }))
    expect(await why('a')).toMatchObject({
      text: expect.stringMatching(/ Its gate is 0\.70 \(task\)\.$/),
      gate: { mode: 'gated', threshold: 0.7, source: 'task' },
    })
    await bench.client.task.complete({ id: 'a' })
    expect((await why('a')).text).not.toContain('gate')
  })

  it('where it did not let a result pass, the lines that say so are not those of its program', async () => {
    await pending('a', 1)
    await bench.client.task.reject({ id: 'a', note: 'do it better' })
    expect(await why('a')).toMatchObject({ lastLines: 'do it better', linesFrom: 'gate' })
  })
})

describe('a result that nobody could judge', () => {
  it('is judged again where somebody can, else it says what decides that', async () => {
    await pending('a', 1)
    await kill('judge-1')
    expect((await why('a')).text).toContain('yard evaluate a')
    choice = NOBODY
    const { text } = await why('a')
    expect(text).not.toContain('yard evaluate')
    expect(text).toContain(`Nobody would judge it now: ${NOBODY.reason} (${NOBODY.hint}).`)
    expect(text).toContain('yard approve a')
  })

  it('and failed by that, may be done anew or taken as it is', async () => {
    base = policyOf('0.7', { onFailure: 'fail' })
    await pending('a', 1)
    choice = NOBODY
    await kill('judge-1')
    const { text } = await why('a')
    for (const part of [NOBODY.hint, 'yard retry a', 'yard done a']) expect(text).toContain(part)
    expect(await bench.client.task.complete({ id: 'a', force: true })).toMatchObject({
      status: 'done',
    })
  })
})
