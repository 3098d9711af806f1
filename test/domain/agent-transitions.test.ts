/** Every state of an agent × every command on it, and what must come of it. */
import { describe, expect, it } from 'vitest'
import type { AgentState } from '../../src/domain/agent.ts'
import type { Command } from '../../src/domain/command.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import {
  addCommand,
  asAgent,
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
