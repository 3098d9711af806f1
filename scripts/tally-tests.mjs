// node scripts/tally-tests.mjs REPORT…: names what failed in vitest's JSON reports, and sums them up in a last line.
import { existsSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const reports = process.argv.slice(2).filter((file) => existsSync(file))
  const read = reports.map((file) => JSON.parse(readFileSync(file, 'utf8')))
  for (const line of retriedIn(read)) process.stdout.write(`PASSED AT THE SECOND TRY: ${line}\n`)
  for (const line of failuresOf(read)) process.stdout.write(`FAILED: ${line}\n`)
  const { passed, failed, skipped } = tally(read)
  process.stdout.write(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped\n`)
}

/** A test file that could not be loaded, or whose process died, counts as one failed test: it has none that failed. */
export function tally(reports) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const report of reports) {
    const unloaded = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    )
    // What no test reported fails the run; a process that died is counted with its file.
    const unhandled = report.unhandled ?? []
    sum.passed += report.numPassedTests
    sum.failed += report.numFailedTests + Math.max(unloaded.length, unhandled.length)
    sum.skipped += report.numPendingTests + report.numTodoTests
  }
  return sum
}

/** A line per failed test: its file, its name, and the first line of what it says; then what no test reported. */
export function failuresOf(reports) {
  return reports.flatMap((report) => [
    ...report.testResults.flatMap(failuresIn),
    ...(report.unhandled ?? []).map((message) => `outside of a test: ${firstLine(message)}`),
  ])
}

/** A line per test that passed only when it was tried again. */
export function retriedIn(reports) {
  return reports.flatMap(({ testResults }) =>
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter((test) => test.status === 'passed' && test.failureMessages?.length > 0)
        .map((test) => lineOf(name, test)),
    ),
  )
}

function lineOf(file, { fullName, failureMessages }) {
  return `${inTests(file)}: ${fullName}: ${firstLine(failureMessages?.[0] ?? '')}`
}

function inTests(file) {
  return file.replace(/^.*[\\/](?=test[\\/])/, '')
}

function failuresIn({ name, status, message = '', assertionResults }) {
  const file = inTests(name)
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (failed.length > 0) return failed.map((test) => lineOf(name, test))
  if (status !== 'failed') return []
  return assertionResults.length > 0
    ? [`${file}: it came to no end`]
    : [`${file}: it could not be loaded: ${firstLine(message)}`]
}

function firstLine(text) {
  return text.split('\n')[0]
}
