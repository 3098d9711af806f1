/** `yard merge` without a service, while its verify line runs: whole processes beside it, none of which it may hold up. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, type TestYard } from './yard-command.ts'
import { eventually } from '../support/eventually.ts'

let place: TestYard
const inYard = (name: string): string => join(place.folder, '.yard', name)
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Pat', '-c', 'user.email=pat@x', ...args], {
    cwd: place.folder,
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  }).trimEnd()

/** On a merged tree, three folders below `.yard`, it stays as long as it is held. */
const VERIFY = 'touch ../../../begun; while test -e ../../../hold; do sleep 0.1; done'

beforeEach(async () => {
  place = await openTestYard()
  git('init', '--quiet', '--initial-branch=main')
  await appendFile(join(place.folder, '.git/info/exclude'), '.yard/\nbegun\n')
  await writeFile(join(place.folder, 'a.txt'), 'one\n')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'first')
  const work = (name: string): string[] => [
    ...['add', name, '--exec', `echo ${name} > ${name}.txt`, '--worktree', 'on'],
    ...['--verify', VERIFY],
  ]
  await place.yard(work('one'))
  await place.yard(work('two'))
  await place.yard(['run'])
  await writeFile(inYard('hold'), '')
}, 60_000)
afterEach(async () => {
  rmSync(inYard('hold'), { force: true })
  await place.close()
}, 60_000)

it('others add, look and merge, and a host begins when it has ended', async () => {
  let isOver = false
  const first = place.yard(['merge', 'one']).finally(() => (isOver = true))
  await eventually(() => expect(existsSync(inYard('begun'))).toBe(true), 60_000)
  expect((await place.yard(['add', 'Later', '--exec', 'true'])).code).toBe(0)
  expect(await place.json(['list', '--status', 'ready'])).toMatchObject([{ id: 'later' }])
  expect(await place.json(['service', 'status'])).toMatchObject({ running: false, url: null })
  // Nothing of the graph is run by it, so there is nothing to wait for.
  expect((await place.yard(['wait', 'later'])).code).toBe(1)
  expect((await place.yard(['service', 'stop'])).code).toBe(0)
  const second = place.yard(['merge', '--all-done'])
  const run = place.yard(['run'])
  expect(isOver).toBe(false)
  rmSync(inYard('hold'))
  expect(await first).toMatchObject({ code: 0, out: expect.stringMatching(/^one is in main/) })
  expect(await second).toMatchObject({ code: 0, out: expect.stringMatching(/two is in main/) })
  expect(await run).toMatchObject({ code: 0 })
  expect(await place.json(['list', '--status', 'done'])).toHaveLength(3)
  expect(git('show', 'main:two.txt')).toBe('two')
  expect(existsSync(inYard('service/state.json'))).toBe(false)
}, 240_000)

it('one that was cut short is gone on with by the next', async () => {
  const first = place.yard(['merge', 'one'])
  await eventually(() => expect(existsSync(inYard('begun'))).toBe(true), 60_000)
  const { pid } = JSON.parse(readFileSync(inYard('service/state.json'), 'utf8')) as { pid: number }
  process.kill(pid, 'SIGKILL')
  expect((await first).code).toBeNull()
  rmSync(inYard('hold'))
  expect(await place.yard(['merge', 'one'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^one is in main/),
  })
}, 120_000)
