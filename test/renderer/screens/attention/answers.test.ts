import { expect, test } from 'vitest'
import { fittingExecutors } from '../../../../src/renderer/screens/attention/answers.tsx'

type Executor = Parameters<typeof fittingExecutors>[0][number]
const executor = (
  name: string,
  type: Executor['type'],
  more: Partial<Executor> = {},
): Executor => ({ name, type, canRun: true, models: null, ...more })
const ALL = [
  executor('claude', 'claude', { models: ['sonnet'] }),
  executor('codex', 'codex', { models: ['gpt'], canRun: false }),
  executor('nightly', 'schedule'),
  executor('http', 'http'),
  executor('deploy', 'http'),
  executor('shell', 'shell'),
  executor('manual', 'manual'),
]
const task = { exec: null, verify: null, model: null }

test('only what can do the task here is offered', () => {
  expect(fittingExecutors(ALL, task)).toEqual(['claude', 'deploy', 'manual'])
  expect(fittingExecutors(ALL, { ...task, exec: 'make' })).toEqual(['shell'])
  expect(fittingExecutors(ALL, { ...task, verify: 'make test' })).toEqual(['claude', 'manual'])
  expect(fittingExecutors(ALL, { ...task, model: 'gpt' })).toEqual(['deploy', 'manual'])
})
