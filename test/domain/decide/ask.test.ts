/** A question of an agent: its task waits for a person, and goes on with the answer. */
import { expect, it } from 'vitest'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { workFailure } from '../../../src/domain/failure.ts'
import { asAgent, createBench, PERSON, taskId, type Bench } from '../../support/plan-builder.ts'

const id = taskId('a')
const asked = { type: 'task.ask', id, text: 'Which colour?' } as const
const answer = { type: 'task.answer', id, text: 'Blue.' } as const

function asking(): Bench {
  const bench = createBench()
  bench.add('a')
  bench.add('b', { after: [id] })
  bench.claim('a', 1, { provider: 'anthropic' })
  bench.must(
    {
      type: 'agent.conversed',
      agentId: agentIdOf(1),
      generation: 1,
      conversation: 'c',
    },
    { kind: 'coordinator' },
  )
  bench.must(asked, asAgent(1, 'a'))
  return bench
}

it('is kept until the agent has ended, then its task waits for an answer and spends no attempt', () => {
  const bench = asking()
  expect(bench.task('a').state.kind).toBe('in-progress')
  bench.end(1, 1)
  expect(bench.task('a')).toMatchObject({
    state: { kind: 'waiting', for: 'answer', text: 'Which colour?', provider: null },
    attempts: 0,
    lastFailure: { class: 'question', reason: 'Which colour?' },
  })
  expect(bench.plan.unmetOf(taskId('b'))).toBe(1)
})

it('is answered by a person: a note, and the task is open again with its conversation', () => {
  const bench = asking()
  bench.end(1, 1)
  bench.must(answer)
  expect(bench.task('a')).toMatchObject({
    state: { kind: 'open', notBefore: null, park: null },
    conversation: { id: 'c' },
  })
  const notes = bench.changes.filter((change) => change.entity === 'log')
  expect(notes.map((change) => change.after)).toMatchObject([{ by: 'ada', text: 'Blue.' }])
  expect(bench.run(answer)).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
})

it('stands although the CLI ended badly after it, and yields to a later report', () => {
  const bad = asking()
  bad.end(1, 1, { exit: { code: 1, signal: null }, failure: workFailure('quota', 'spent') })
  expect(bad.task('a').state).toMatchObject({ kind: 'waiting', for: 'answer' })
  const settled = asking()
  settled.must(
    {
      type: 'task.complete',
      id,
      agentId: null,
      generation: null,
      artifacts: [],
      force: false,
      nextFireAt: null,
    },
    asAgent(1, 'a'),
  )
  settled.end(1, 1)
  expect(settled.task('a').state.kind).toBe('done')
})

it('comes too late once the agent has ended, and nobody else may ask', () => {
  const bench = asking()
  bench.end(1, 1)
  const changes = bench.changes.length
  expect(bench.run(asked, asAgent(1, 'a'))).toMatchObject({ error: { kind: 'stale-generation' } })
  expect(bench.run(asked, PERSON)).toMatchObject({ error: { kind: 'not-allowed' } })
  expect(bench.changes).toHaveLength(changes)
})
