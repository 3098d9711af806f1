import { afterEach, expect, test, vi } from 'vitest'
import { TimeBudget } from '../../scripts/time-budget.mjs'

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

const moduleOf = (
  project: string,
  durations: Readonly<Record<string, number>>,
  retryCount = 0,
) => ({
  project: { name: project },
  relativeModuleId: `test/${project}.test.ts`,
  children: {
    allTests: () =>
      Object.entries(durations).map(([fullName, duration]) => ({
        fullName,
        diagnostic: () => ({ duration, retryCount }),
      })),
  },
})

test('a test over the budget of its project is named and fails the run, another does not', () => {
  const said = vi.spyOn(console, 'error').mockReturnValue()
  const budget = new TimeBudget({ unit: 1000, dom: 200, e2e: 1000, agents: 1000 })
  budget.onTestRunEnd([moduleOf('unit', { fast: 900 }), moduleOf('dom', { quick: 10 })])
  expect(said).not.toHaveBeenCalled()
  expect(process.exitCode).toBeUndefined()
  budget.onTestRunEnd([moduleOf('unit', { fast: 900 }), moduleOf('dom', { 'is slow': 900 })])
  expect(String(said.mock.calls)).toMatch(/test\/dom\.test\.ts > is slow: 0\.9 s of 0\.2 s/)
  expect(String(said.mock.calls)).not.toContain('fast')
  expect(process.exitCode).toBe(1)
})

test('the budget is that of one try', () => {
  vi.spyOn(console, 'error').mockReturnValue()
  const budget = new TimeBudget({ unit: 1000, dom: 200, e2e: 1000, agents: 1000 })
  budget.onTestRunEnd([moduleOf('e2e', { 'twice tried': 1900 }, 1)])
  expect(process.exitCode).toBeUndefined()
  budget.onTestRunEnd([moduleOf('e2e', { 'twice tried': 2100 }, 1)])
  expect(process.exitCode).toBe(1)
})
