import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { report } from '../../scripts/check-boundaries.mjs'
import { chooseYard, readWish, yardAbove } from '../../scripts/start.mjs'
import { failuresOf, retriedIn, tally } from '../../scripts/tally-tests.mjs'

const at = (here: string) => ({ env: { INIT_CWD: here }, checkout: '/code/yardmaster' })

describe('npm start', () => {
  test('means the folder where the person stood', () => {
    expect(readWish([], at('/home/p')).folder).toBe('/home/p')
    expect(readWish([], at('/code/yardmaster-two')).folder).toBe('/code/yardmaster-two')
    expect(readWish(['work'], at('/home/p')).folder).toBe('/home/p/work')
  })

  test('means the checkout when called from inside it', () => {
    expect(readWish([], at('/code/yardmaster')).folder).toBe('/code/yardmaster')
    expect(readWish([], at('/code/yardmaster/src/cli')).folder).toBe('/code/yardmaster')
  })

  test('serves the page, without a window, when a port or no browser is asked for', () => {
    expect(readWish([], at('/h'))).toMatchObject({ wantsPage: false, open: true })
    expect(readWish(['--port', '8080'], at('/h'))).toMatchObject({
      wantsPage: true,
      open: true,
      port: '8080',
    })
    expect(readWish(['--no-open'], at('/h'))).toMatchObject({ wantsPage: true, open: false })
  })

  test.each([
    [['--port', 'x']],
    [['--port', '65536']],
    [['a', 'b']],
    [['--what']],
    [['--demo', 'a']],
  ])('refuses %j as wrong words', (words) => {
    expect(() => readWish(words, at('/h'))).toThrow(expect.objectContaining({ exitCode: 2 }))
  })
})

describe('the yard of a folder', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'start-'))
  })

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('is found upwards', () => {
    mkdirSync(join(folder, 'a/b'), { recursive: true })
    expect(yardAbove(join(folder, 'a/b'))).toBeNull()
    mkdirSync(join(folder, '.yard'))
    expect(yardAbove(join(folder, 'a/b'))).toBe(folder)
  })

  const choose = (words: string[]) => chooseYard(readWish(words, at(folder)))

  test('is shown; where there is none, the page that leads to one is', () => {
    mkdirSync(join(folder, 'a/.yard'), { recursive: true })
    expect(choose(['a'])).toEqual({ kind: 'yard', folder: join(folder, 'a') })
    expect(choose([])).toEqual({ kind: 'welcome', folder })
    expect(choose(['--demo'])).toEqual({ kind: 'example' })
  })

  test('must be there for a page that is asked to stay, and so must the folder', () => {
    expect(() => choose(['--port', '0'])).toThrow(/No yard in .*yard init/)
    expect(() => choose(['--no-open'])).toThrow(/No yard in/)
    expect(() => choose(['none'])).toThrow(/There is no folder/)
  })
})

describe('the tally of test reports', () => {
  const counts = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }
  const failedTest = { status: 'failed', assertionResults: [{ status: 'failed' }] }

  test('is summed over the reports', () => {
    const one = { ...counts, testResults: [failedTest] }
    expect(tally([one, one])).toEqual({ passed: 6, failed: 2, skipped: 6 })
    expect(tally([])).toEqual({ passed: 0, failed: 0, skipped: 0 })
  })

  test('counts a file that could not be loaded as a failure', () => {
    const unloaded = { status: 'failed', assertionResults: [] }
    expect(tally([{ ...counts, testResults: [failedTest, unloaded] }]).failed).toBe(2)
  })

  test('counts what no test reported, but a dead process only once', () => {
    const dead = { status: 'failed', assertionResults: [{ status: 'pending' }] }
    const unhandled = ['nobody awaited it']
    expect(tally([{ ...counts, testResults: [failedTest], unhandled }]).failed).toBe(2)
    expect(tally([{ ...counts, testResults: [failedTest, dead], unhandled }]).failed).toBe(2)
  })

  test('names each failed test and file, with the first line of what it says', () => {
    const passed = { status: 'passed', fullName: 'is fine' }
    const failed = { status: 'failed', fullName: 'a b', failureMessages: ['no\n at x'] }
    const testResults = [
      { name: '/p/test/a.test.ts', status: 'failed', assertionResults: [passed, failed] },
      {
        name: '/p/test/b.test.ts',
        status: 'failed',
        message: 'torn\nin two',
        assertionResults: [],
      },
      { name: '/p/test/c.test.ts', status: 'passed', assertionResults: [passed] },
      { name: '/p/test/d.test.ts', status: 'failed', message: '', assertionResults: [passed] },
    ]
    expect(failuresOf([{ testResults, unhandled: ['a worker died\n at y'] }])).toEqual([
      'test/a.test.ts: a b: no',
      'test/b.test.ts: it could not be loaded: torn',
      'test/d.test.ts: it came to no end',
      'outside of a test: a worker died',
    ])
  })

  test('names each test that passed only at the second try', () => {
    const assertionResults = [
      { status: 'passed', fullName: 'a b', failureMessages: ['no\n at x'] },
      { status: 'passed', fullName: 'a c', failureMessages: [] },
      { status: 'failed', fullName: 'a d', failureMessages: ['no'] },
    ]
    const testResults = [{ name: '/p/test/a.test.ts', status: 'failed', assertionResults }]
    expect(retriedIn([{ testResults }])).toEqual(['test/a.test.ts: a b: no'])
  })
})

describe('the check of boundaries', () => {
  const violation = { rule: { name: 'no-loops', severity: 'error' }, from: 'a', to: 'b' }

  beforeEach(() => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  })

  afterEach(() => {
    vi.restoreAllMocks()
  })

  test('passes when enough was read and nothing is wrong', () => {
    expect(report({ totalCruised: 60, violations: [] })).toBe(0)
  })

  test('fails on a violation, and when next to nothing was read', () => {
    expect(report({ totalCruised: 60, violations: [violation] })).toBe(1)
    expect(report({ totalCruised: 0, violations: [] })).toBe(1)
  })
})
