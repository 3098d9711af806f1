/** A test of an executor whose owner was killed: its process is ended by the next owner, which can test again. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeRealPlace, type RealPlace } from '../real-place.ts'
import { isAlive } from '../../support/is-alive.ts'
import { eventually } from '../../support/eventually.ts'

const ANSWER = resolve(import.meta.dirname, '../../fixtures/transcripts/claude-text.jsonl')

let place: RealPlace
beforeEach(async () => {
  place = await makeRealPlace()
  const program = join(place.home, 'stand-in')
  const config = `[executors.slow]\ntype = "claude"\ncommand = ["${program}"]\n`
  writeFileSync(place.paths.config, config)
})
afterEach(() => place.remove())

function standIn(lines: string): void {
  const file = join(place.home, 'stand-in')
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, 0o755)
}

const folders = (): string[] => readdirSync(join(place.paths.yard, 'trials/agents'))
const isAgent = (name: string): boolean => name.startsWith('agent-')

/** A trial under way whose owner is gone; gives the pid of what it runs. */
async function leaveOne(): Promise<number> {
  const note = join(place.home, 'pid')
  standIn(
    `echo $$ > '${note}.new'; mv '${note}.new' '${note}'; trap '' TERM; until [ -e '${note}.go' ]; do sleep 0.1; done`,
  )
  const owner = await place.open()
  void owner.testExecutor('slow')
  await eventually(() => expect(existsSync(note)).toBe(true))
  await owner.close()
  const pid = Number(readFileSync(note, 'utf8'))
  expect(isAlive(pid)).toBe(true)
  return pid
}

it('is ended, with all that it started, when the next owner opens', async () => {
  const pid = await leaveOne()
  const next = await place.open()
  await eventually(() => expect(isAlive(pid)).toBe(false))
  await next.close()
  expect(folders().filter(isAgent)).toEqual([])
}, 60_000)

it('does not stand in the way of the next test, of a command that runs no agents either', async () => {
  const pid = await leaveOne()
  const next = await place.open({ runsAgents: false })
  standIn(`cat > /dev/null; cat '${ANSWER}'`)
  const tried = await next.testExecutor('slow')
  expect(tried).toMatchObject({ ok: true, value: { ok: true, failure: null } })
  await eventually(() => expect(isAlive(pid)).toBe(false))
  await next.close()
  expect(folders().filter(isAgent)).toEqual([])
}, 60_000)

it('of a yard that nobody trusts is left alone', async () => {
  const pid = await leaveOne()
  writeFileSync(join(place.dataFolder, 'trust.json'), '{}')
  const next = await place.open()
  expect(next.isTrusted()).toBe(false)
  expect(await next.testExecutor('slow')).toMatchObject({ ok: false, error: { kind: 'untrusted' } })
  await next.close()
  expect(isAlive(pid)).toBe(true)
  writeFileSync(join(place.home, 'pid.go'), '')
  await eventually(() => expect(isAlive(pid)).toBe(false))
}, 60_000)
