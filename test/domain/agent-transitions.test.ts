/** Every state of an agent × every command on it, and what must come of it. */
import { describe, expect, it } from 'vitest'
import type { AgentState, StopReason } from '../../src/domain/agent.ts'
import type { Command } from '../../src/domain/command.ts'
import { FAILURE_CLASSES } from '../../src/domain/failure.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import {
  addCommand,
  asAgent,
  claimOf,
  COORDINATOR,
  createBench,
  endCommand,
  taskId,
} from '../support/plan-builder.ts'

const who = { agentId: agentIdOf(1), generation: 1 }
const AGENT_COMMANDS = {
  placed: {
    type: 'agent.placed',
    ...who,
    workplace: { cwd: '/w', branch: null, baseCommit: null },
    worktreeName: 'w',
  },
  started: { type: 'agent.started', ...who, startedAt: 5, pid: 7, pidStartTime: 's' },
  heard: { type: 'agent.heard', ...who },
  conversed: { type: 'agent.conversed', ...who, conversation: 'talk' },
  stop: { type: 'agent.stop', agentId: who.agentId, reason: 'killed', force: false },
  'stop --force': { type: 'agent.stop', agentId: who.agentId, reason: 'killed', force: true },
  end: endCommand(1, 1),
  'end of generation 0': endCommand(1, 0),
} as const satisfies Record<string, Command>

const AGENT_TABLE: Record<AgentState['kind'], Record<keyof typeof AGENT_COMMANDS, string>> = {
  claimed: {
    placed: 'claimed',
    started: 'starting',
    heard: '=',
    conversed: 'claimed',
    stop: 'stopping',
    'stop --force': 'stopping',
    end: 'ended',
    'end of generation 0': '=',
  },
  starting: {
    placed: 'starting',
    started: '=',
    heard: 'working',
    conversed: 'starting',
    stop: 'stopping',
    'stop --force': 'stopping',
    end: 'ended',
    'end of generation 0': '=',
  },
  working: {
    placed: 'working',
    started: '=',
    heard: '=',
    conversed: 'working',
    stop: 'stopping',
    'stop --force': 'stopping',
    end: 'ended',
    'end of generation 0': '=',
  },
  stopping: {
    placed: 'stopping',
    started: '=',
    heard: '=',
    conversed: 'stopping',
    stop: '=',
    'stop --force': 'stopping',
    end: 'ended',
    'end of generation 0': '=',
  },
  ended: {
    placed: '=',
    started: '=',
    heard: '=',
    conversed: '=',
    stop: '=',
    'stop --force': '=',
    end: '=',
    'end of generation 0': '=',
  },
}

describe('an agent', () => {
  const cells = Object.entries(AGENT_TABLE).flatMap(([state, row]) =>
    Object.entries(row).map(
      ([name, result]) => [state, name as keyof typeof AGENT_COMMANDS, result] as const,
    ),
  )
  it.each(cells)('that is %s, on %s: %s', (state, name, result) => {
    const bench = createBench()
    bench.add('a', { exec: null })
    bench.claim('a', 1, { executor: 'claude', executorType: 'claude' })
    const path = {
      claimed: [],
      starting: ['started'],
      working: ['started', 'heard'],
      stopping: ['started', 'stop'],
      ended: ['end'],
    } as const
    for (const step of path[state as keyof typeof path])
      bench.must(AGENT_COMMANDS[step], COORDINATOR)
    const changes = bench.changes.length
    bench.must(AGENT_COMMANDS[name], COORDINATOR)
    const after = bench.plan.agents.get(who.agentId)?.state.kind ?? 'ended'
    expect(bench.changes.length === changes ? '=' : after).toBe(result)
  })

  it('says by itself that it is done or has failed, and is believed when it ends', () => {
    const bench = createBench()
    bench.add('a')
    bench.claim('a', 1)
    bench.must(
      {
        type: 'task.fail',
        id: taskId('a'),
        reason: 'I cannot',
        class: 'reported',
        nextFireAt: null,
        ...who,
      },
      asAgent(1, 'a'),
    )
    expect(bench.task('a').state.kind).toBe('in-progress')
    bench.end(1, 1)
    expect(bench.task('a').state).toMatchObject({ kind: 'failed', failure: { reason: 'I cannot' } })
  })

  it('is forgotten only after its end', () => {
    const bench = createBench()
    bench.must(addCommand('a'))
    bench.claim('a', 1)
    expect(bench.must({ type: 'agents.forget', ids: [who.agentId] })).toEqual([])
    expect(bench.plan.agents.size).toBe(1)
  })
})

/** The wish that stands, when the second comes after the first. */
const WISHES: readonly (readonly [StopReason, StopReason, StopReason])[] = [
  ['killed', 'redispatch', 'redispatch'],
  ['redispatch', 'killed', 'killed'],
  ['killed', 'timeout', 'killed'],
  ['redispatch', 'silent', 'redispatch'],
  ['timeout', 'killed', 'killed'],
  ['silent', 'redispatch', 'redispatch'],
  ['timeout', 'silent', 'timeout'],
  ['superseded', 'killed', 'superseded'],
  ['abandoned', 'redispatch', 'abandoned'],
  ['abandoned', 'timeout', 'abandoned'],
]

describe('two wishes to stop one agent', () => {
  it.each(
    WISHES.flatMap(([first, second, stands]) =>
      [false, true].flatMap((hard) =>
        [false, true].map((harder) => ({ first, hard, second, harder, stands })),
      ),
    ),
  )('$first (force $hard), then $second (force $harder): $stands', (row) => {
    const { first, hard, second, harder, stands } = row
    const bench = createBench()
    bench.add('a')
    bench.claim('a', 1)
    const stop = (reason: StopReason, force: boolean): void =>
      void bench.must({ type: 'agent.stop', agentId: who.agentId, reason, force }, COORDINATOR)
    stop(first, hard)
    const count = bench.changes.length
    stop(second, harder)
    expect(bench.plan.agents.get(who.agentId)?.state).toMatchObject({
      kind: 'stopping',
      reason: stands,
      force: hard || harder,
    })
    const isNews = stands !== first || (harder && !hard)
    expect(bench.changes.length > count).toBe(isNews)
  })
})

describe('what an agent says of its own failure', () => {
  it.each(FAILURE_CLASSES)('(%s) fails its task and parks nobody', (name) => {
    const bench = createBench()
    bench.add('a', { exec: null })
    bench.claim('a', 1, { executor: 'claude', executorType: 'claude', provider: 'anthropic' })
    bench.must(
      {
        type: 'task.fail',
        id: taskId('a'),
        reason: 'I cannot',
        class: name,
        nextFireAt: null,
        ...who,
      },
      asAgent(1, 'a'),
    )
    bench.end(1, 1)
    const reason = name === 'reported' ? 'I cannot' : `${name}: I cannot`
    expect(bench.task('a').state).toMatchObject({
      kind: 'failed',
      failure: { class: 'reported', reason },
    })
    expect(bench.plan.breakers.size).toBe(0)
  })
})

describe('a task that was edited after it was picked', () => {
  it('is passed over, because it may route, count or cost otherwise now; one that was not is claimed', () => {
    const bench = createBench()
    for (const id of ['a', 'b']) bench.add(id)
    const picked = [bench.task('a'), bench.task('b')]
    bench.must({ type: 'task.edit', id: taskId('a'), edit: { addTags: ['db'] }, nextFireAt: null })
    const claims = [claimOf('a', 1), claimOf('b', 2)]
    expect(bench.must({ type: 'agents.claim', claims, picked }, COORDINATOR)).toEqual(['agent-2'])
    expect(bench.task('a').state.kind).toBe('open')
    const again = { claims: [claimOf('a', 3)], picked: [bench.task('a')] }
    expect(bench.must({ type: 'agents.claim', ...again }, COORDINATOR)).toEqual(['agent-3'])
  })
})

describe('a task that is open again while its agent is still being ended', () => {
  const reopened = () => {
    const bench = createBench()
    bench.add('a')
    bench.claim('a', 1)
    const ids = { id: taskId('a'), agentId: null, generation: null }
    const more = { artifacts: [], force: false, nextFireAt: null }
    bench.must({ type: 'task.complete', ...ids, ...more })
    bench.must({ type: 'task.reopen', id: taskId('a') })
    expect(bench.task('a').state.kind).toBe('open')
    expect(bench.plan.agentOf(taskId('a'))?.id).toBe('agent-1')
    return bench
  }

  it('is claimed, taken and piloted by nobody before that one is gone', () => {
    const bench = reopened()
    const claim = claimOf('a', 2)
    expect(bench.must({ type: 'agents.claim', claims: [claim] }, COORDINATOR)).toEqual([])
    expect(bench.run({ type: 'task.take', claim, workplaceCwd: '/w' }).ok).toBe(false)
    expect(bench.run({ type: 'task.pilot', claim }).ok).toBe(false)
    expect([...bench.plan.agents.keys()]).toEqual(['agent-1'])
    bench.end(1, 1)
    expect(bench.must({ type: 'agents.claim', claims: [claim] }, COORDINATOR)).toEqual(['agent-2'])
  })
})
