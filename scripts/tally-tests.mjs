// node scripts/tally-tests.mjs REPORT…: one line that sums up vitest's JSON reports.
import { existsSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const reports = process.argv.slice(2).filter((file) => existsSync(file))
  const { passed, failed, skipped } = tally(
    reports.map((file) => JSON.parse(readFileSync(file, 'utf8'))),
  )
  process.stdout.write(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped\n`)
}

/** A test file that could not be loaded counts as one failed test: none of its tests could be counted. */
export function tally(reports) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const report of reports) {
    const unloaded = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    )
    sum.passed += report.numPassedTests
    sum.failed += report.numFailedTests + unloaded.length
    sum.skipped += report.numPendingTests + report.numTodoTests
  }
  return sum
}
