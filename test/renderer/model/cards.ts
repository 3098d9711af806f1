/** Cards to test with: only what a test speaks of need be named. */
import type { TaskCard } from '../../../src/contract/view.ts'

export const card = (id: string, facts: Partial<TaskCard> = {}): TaskCard => ({
  id,
  title: id,
  status: 'open',
  state: 'ready',
  fact: null,
  reason: null,
  isDraft: false,
  stuck: null,
  priority: 'normal',
  after: [],
  tags: [],
  executor: null,
  model: null,
  agent: null,
  attempts: 0,
  maxAttempts: null,
  attemptsAllowed: null,
  createdAt: '2026-11-20T10:00:00.000Z',
  startedAt: null,
  completedAt: null,
  notBefore: null,
  repeats: false,
  costUsd: null,
  ...facts,
})

export const cards = (...list: readonly TaskCard[]): ReadonlyMap<string, TaskCard> =>
  new Map(list.map((each) => [each.id, each]))
