/** Fails a run by the name of each test that took longer than its project allows: what grows slow is seen before it meets a time limit. */

/** ms. Several times what the slowest takes on two busy cores, so that only a change of the test or the product exceeds it. Of one try: `duration` is that of all. */
const BUDGET_MS = { unit: 90_000, dom: 10_000, e2e: 60_000, agents: 240_000 }

export class TimeBudget {
  constructor(budgets = BUDGET_MS) {
    this.budgets = budgets
  }

  onTestRunEnd(modules) {
    const slow = modules.flatMap((module) => {
      const budget = this.budgets[module.project.name] ?? Infinity
      return [...module.children.allTests()].flatMap((test) => {
        const { duration = 0, retryCount = 0 } = test.diagnostic() ?? {}
        if (duration <= budget * (retryCount + 1)) return []
        const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
        return `${module.relativeModuleId} > ${test.fullName}: ${seconds(duration)} of ${seconds(budget)}`
      })
    })
    if (slow.length === 0) return
    console.error(`\nOver the time budget of their project:\n${slow.join('\n')}`)
    process.exitCode = 1
  }
}
