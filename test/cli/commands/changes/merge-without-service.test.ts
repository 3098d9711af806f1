/** `yard merge` without a service, while its verify line runs: whole processes beside it, none of which it may hold up. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openGitTestYard, type GitTestYard } from '../../yard-command.ts'
import { eventually } from '../../../support/eventually.ts'

let place: GitTestYard
const inYard = (name: string): string => join(place.folder, '.yard', name)

/** On a merged tree, three folders below `.yard`, it stays as long as it is held. */
const VERIFY = 'touch ../../../begun; while test -e ../../../hold; do sleep 0.1; done'

beforeEach(async () => {
  place = await openGitTestYard('begun')
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
  expect((await place.yard(['backup'])).code).toBe(0)
  const first = place.yard(['merge', 'one']).finally(() => (isOver = true))
  await eventually(() => expect(existsSync(inYard('begun'))).toBe(true), 60_000)
  expect((await place.yard(['add', 'Later', '--exec', 'true'])).code).toBe(0)
  expect(await place.json(['list', '--status', 'ready'])).toMatchObject([{ id: 'later' }])
  expect(await place.json(['service', 'status'])).toMatchObject({ running: false, url: null })
  // Nothing of the graph is run by it, so there is nothing to wait for.
  expect((await place.yard(['wait', 'later'])).code).toBe(1)
  expect((await place.yard(['service', 'stop'])).code).toBe(0)
  const restored = await place.yard(['restore'])
  const { pid } = JSON.parse(readFileSync(inYard('service/state.json'), 'utf8')) as { pid: number }
  expect(restored).toMatchObject({ code: 1, out: '' })
  expect(restored.err).toBe(
    `yard: a yard merge (pid ${pid}) has this yard open; wait until it has ended, then restore\n`,
  )
  const second = place.yard(['merge', '--all-done'])
  const run = place.yard(['run'])
  expect(isOver).toBe(false)
  rmSync(inYard('hold'))
  expect(await first).toMatchObject({ code: 0, out: expect.stringMatching(/^one is in main/) })
  expect(await second).toMatchObject({ code: 0, out: expect.stringMatching(/two is in main/) })
  expect(await run).toMatchObject({ code: 0 })
  expect(await place.json(['list', '--status', 'done'])).toHaveLength(3)
  expect(place.git('show', 'main:two.txt')).toBe('two')
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
