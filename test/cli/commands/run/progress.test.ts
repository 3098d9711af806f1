/** What is said while nothing runs: once, with what it waits for and until when. */
import { expect, it } from 'vitest'
import {
  changeLine,
  createPauseReporter,
  pauseLines,
} from '../../../../src/cli/commands/run/progress.ts'
import type { LiveGraph } from '../../../../src/cli/commands/run/rest-watch.ts'

const UNTIL = '2031-05-01T10:00:00.000Z'
const WHEN = /waits until 2031-05-0[12] \d\d:\d\d:\d\d: /

interface Scene {
  readonly tasks?: readonly object[]
  readonly agents?: readonly string[]
  readonly breakers?: readonly object[]
  readonly hold?: string
  readonly readOnly?: string
}

const graph = ({
  tasks = [{ state: 'ready' }],
  agents = [],
  breakers = [],
  hold,
  readOnly,
}: Scene) =>
  ({
    tasks: new Map(tasks.map((task, id) => [String(id), { notBefore: null, ...task }])),
    agents: new Map(agents.map((id) => [id, {}])),
    summary: {
      paused: false,
      readOnly: readOnly ?? null,
      breakers,
      machine: { hold: hold ?? null },
    },
  }) as unknown as LiveGraph

const DAY = { kind: 'budget', subject: 'day', reason: "today's budget is used up", until: UNTIL }
const ASLEEP = { kind: 'provider', subject: 'anthropic', reason: 'quota', until: UNTIL }

it('says why a task is started again whose result did not pass', () => {
  const before = { id: 'a', state: 'ready', title: 'A', agent: 'agent-1' }
  const after = { ...before, state: 'in-progress', agent: 'agent-2' }
  const line = (more: object) => changeLine(before as never, { ...after, ...more } as never)
  expect(line({})).toMatch(/a started as agent-2: A$/)
  expect(line({ sentBack: 'scored 0.50' })).toMatch(
    /a started again \(scored 0\.50\) as agent-2: A$/,
  )
})

it('names the budget, or the provider that sleeps, and until when', () => {
  expect(pauseLines(graph({ breakers: [DAY] }))).toEqual([
    expect.stringMatching(new RegExp(`${WHEN.source}today's budget is used up$`)),
  ])
  expect(pauseLines(graph({ tasks: [{ state: 'parked' }], breakers: [ASLEEP] }))).toEqual([
    expect.stringMatching(new RegExp(`${WHEN.source}anthropic is held back: quota$`)),
  ])
  const graphBudget = { ...DAY, subject: 'graph', until: null }
  expect(pauseLines(graph({ breakers: [graphBudget] }))[0]).toContain('waits for a person')
})

it('names the machine, or the next time, where nothing is held back', () => {
  expect(pauseLines(graph({ hold: 'all places are taken' }))).toEqual([
    '‖ waits: all places are taken',
  ])
  const tasks = [{ state: 'parked', park: { provider: null, until: UNTIL } }, { state: 'blocked' }]
  expect(pauseLines(graph({ tasks }))).toEqual([expect.stringMatching(WHEN)])
  const nightly = { id: 'nightly', state: 'delayed', notBefore: UNTIL }
  const later = { id: 'later', state: 'delayed', notBefore: '2031-05-03T10:00:00.000Z' }
  expect(pauseLines(graph({ tasks: [later, nightly] }))).toEqual([
    expect.stringMatching(new RegExp(`${WHEN.source}nothing can start before nightly$`)),
  ])
})

it('says that nothing can be saved, beside living agents too', () => {
  const full = graph({ agents: ['agent-1'], readOnly: 'database or disk is full' })
  expect(pauseLines(full)).toEqual([expect.stringContaining('database or disk is full')])
})

it('is silent while an agent works, or nothing could start', () => {
  expect(pauseLines(graph({ agents: ['agent-1'], breakers: [DAY] }))).toEqual([])
  expect(pauseLines(graph({ tasks: [{ state: 'waiting' }], breakers: [DAY] }))).toEqual([])
  expect(pauseLines(graph({ tasks: [{ state: 'ready', stuck: 'no' }], breakers: [DAY] }))).toEqual(
    [],
  )
  expect(pauseLines(graph({}))).toEqual([])
})

it('is said once', () => {
  const said: string[] = []
  const tell = createPauseReporter()
  const progress = { say: (text: string) => void said.push(text), show: () => {}, end: () => {} }
  for (let pulse = 0; pulse < 3; pulse += 1) tell(progress, graph({ breakers: [DAY] }))
  expect(said).toHaveLength(1)
})
