/** Whom the yard chooses for a task: by a model where one can be asked, else by tags and skills; and what it asks. */
import { expect, it } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import { judgementIdOf } from '../../../src/domain/judging/evaluation.ts'
import type { JudgeChoice, Judgement } from '../../../src/domain/judging/judgement.ts'
import type { Mask } from '../../../src/domain/mask.ts'
import { SHIPPED_IDENTITIES } from '../../../src/judging/identity.ts'
import { prepareAssignment } from '../../../src/yard/judging/assignment-question.ts'
import { assignmentOf } from '../../../src/yard/judging/assignments.ts'
import { load } from '../../config/support.ts'
import { createBench, taskId } from '../../support/plan-builder.ts'

const listed = SHIPPED_IDENTITIES.map((each) => ({
  ...each,
  source: 'shipped' as const,
  file: null,
}))
const [first] = listed
if (!first) throw new Error('none is shipped')
const book = { all: () => listed, resolve: () => ok(first) }
const judge = {
  executor: 'claude',
  model: 'haiku',
  modelId: null,
  provider: null,
  provenance: 'test',
  prompt: 'assignment-1',
}

const ON = '[assignment]\nauto = true\ntimeout = 20\n'
const bench = createBench()
bench.add('a', { exec: null, title: 'Cover it', tags: ['testing'], context: 'clean' })

const plan = (project: string, choice: JudgeChoice, type: 'claude' | 'shell' = 'claude') =>
  assignmentOf(
    { settings: load({ project }).settings, book, now: 1000, choose: () => choice },
    bench.task('a'),
    { executorType: type },
  )
const refuse = { kind: 'refuse', reason: 'nobody' } as const

it('a model is asked where one can be, for as long as the settings say', () => {
  expect(plan(ON, { kind: 'judge', judge })).toEqual({ kind: 'ask', dueAt: 21_000 })
})

it('without one the tags decide, among those that are allowed', () => {
  expect(plan(ON, refuse)).toMatchObject({
    kind: 'known',
    assignment: { identity: { role: 'tester' }, mode: null, context: null },
  })
  const only = `${ON}identities = ["Careful Programmer"]\n`
  expect(plan(only, refuse)).toMatchObject({ assignment: { identity: { name: first.name } } })
})

it('nothing is chosen where that is off, or for a command in a shell', () => {
  expect(plan('', { kind: 'judge', judge })).toBeNull()
  expect(plan(ON, { kind: 'judge', judge }, 'shell')).toBeNull()
})

const judgement: Judgement = {
  id: judgementIdOf(1),
  purpose: 'assignment',
  taskId: taskId('a'),
  agentId: null,
  generation: null,
  subject: null,
  wish: null,
  by: 'coordinator',
  state: { kind: 'asked', since: 0 },
  queuedAt: 0,
  turn: 1,
  judge,
  usage: null,
  costSource: null,
  score: null,
}
function asked(clean: Mask = (text) => text) {
  const { settings } = load({ project: ON })
  const parts = { plan: bench.plan, settings: () => settings, identities: book, clean }
  const prepared = prepareAssignment(parts, judgement)
  if (prepared.kind !== 'question') throw new Error('it is no question')
  return prepared.question
}

it('the question shows the task, every identity and only what is open', () => {
  const question = asked()
  expect(question.timeoutMs).toBe(20_000)
  for (const words of ['Cover it', 'testing', first.id.slice(0, 8), 'context: clean'])
    expect(question.prompt).toContain(words)
  expect(question.prompt).toContain('mode: full, light, bare')
  expect(question.prompt).not.toContain('context: clean, task')
})

it('what the yard masks is in no question', () => {
  const { prompt } = asked((text) => text.replaceAll(/Cover it|testing/g, '***'))
  expect(prompt).toContain('│ ***')
  expect(prompt).not.toContain('Cover it')
})

it('an answer names one of the list; anything else does not fit', () => {
  const question = asked()
  const said = { identity: first.id.slice(0, 8), mode: 'light', context: 'x', kind: null }
  const read = question.read({ ...said, reason: 'it fits' })
  expect(read).toMatchObject({
    value: {
      purpose: 'assignment',
      assignment: { identity: { id: first.id }, mode: 'light', context: null, reason: 'it fits' },
    },
  })
  for (const identity of ['deadbeef', '', 'f'])
    expect(question.read({ ...said, identity, reason: 'r' })).toHaveProperty('error')
  expect(question.read({ identity: 1 })).toHaveProperty('error')
})
