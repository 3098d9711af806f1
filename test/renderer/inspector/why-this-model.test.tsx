import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { AgentView, TaskView } from '../../../src/contract/view.ts'
import { Routes } from '../../../src/renderer/inspector/route-plan.tsx'
import type { YardClient } from '../../../src/renderer/model/session/link.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import { emptyView, viewFromSnapshot } from '../../../src/renderer/model/session/yard-view.ts'
import { agentOf, snapshotOf } from '../../support/scripted-host.ts'
import { liveSession } from '../model/session/live-session.ts'

afterEach(cleanup)

const REASON =
  'sonnet: 0.91 ± .03 over 24 docs tasks at $0.11; haiku 0.84 at $0.02; you value .01 at $0.02'

function show(choice: AgentView['choice']): void {
  const routes = { executor: [], model: [], executorType: 'claude', endpoint: null }
  const task = { id: 'a', title: 'a', routes } as unknown as TaskView
  const last = agentOf('agent-1', 'a', { executor: 'claude', model: 'sonnet', choice })
  const client = { service: { executors: async () => [], models: async () => [] } }
  const view = viewFromSnapshot(emptyView, snapshotOf(1, []))
  render(
    <SessionContext value={liveSession(client as unknown as YardClient, view)}>
      <Routes task={task} last={last} />
    </SessionContext>,
  )
}

test('a model that was chosen says why, and how likely it was', () => {
  show({ arm: 'claude/sonnet', chance: 0.88, explored: false, reason: REASON })
  expect(screen.getByText(`Chosen with a chance of 88 %: ${REASON}.`)).toBeDefined()
})

test('one that was taken to learn about it says so', () => {
  show({ arm: 'claude/sonnet', chance: 0.05, explored: true, reason: REASON })
  expect(screen.getByText(/^Chosen with a chance of 5 %, to learn about it: sonnet/)).toBeDefined()
})

test('where the settings decide nothing is said of a choice', () => {
  show(null)
  expect(screen.queryByText(/Chosen/)).toBeNull()
  expect(screen.getByText(/agent-1 has sonnet/)).toBeDefined()
})
