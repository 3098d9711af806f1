import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
const config = (): string => join(place.folder, '.yard/config.toml')
beforeEach(async () => {
  place = await openTestYard()
  appendFileSync(config(), '\n[members.dev]\nexecutor = "shell"\n')
})
afterEach(() => place.close(), 60_000)

const ADD = ['job', 'add', 'nightly', '--member', 'dev', '--message', 'Look "here"']

it(
  'adds, runs, pauses, resumes and removes a job, and keeps its history',
  { timeout: 120_000 },
  async () => {
    const { yard, json } = place
    expect(
      await json([...ADD, '--schedule', '0 7 * * 1-5', '--tz', 'UTC', '--missed', 'skip']),
    ).toMatchObject({
      name: 'nightly',
      message: 'Look "here"',
      schedule: '0 7 * * 1-5',
      tz: 'UTC',
      missed: 'skip',
      conversation: 'resume',
      paused: false,
    })
    expect(await json(['job', 'run', 'nightly'])).toMatchObject({
      id: 'nightly#1',
      trigger: 'hand',
    })
    expect(await json(['job', 'pause', 'nightly'])).toMatchObject({ paused: true, next: null })
    expect(readFileSync(config(), 'utf8')).toContain('paused = true')
    expect(await json(['job', 'list'])).toMatchObject([{ name: 'nightly', paused: true }])
    expect(await json(['job', 'resume', 'nightly'])).toMatchObject({ paused: false })
    const [run] = (await json(['job', 'history', 'nightly'])) as object[]
    expect(run).toMatchObject({ trigger: 'hand', outcome: null, agent: null, conversation: null })
    expect((await yard(['job', 'remove', 'nightly'])).code).toBe(0)
    expect(readFileSync(config(), 'utf8')).not.toContain('nightly')
    expect(await json(['job'])).toEqual([])
    expect(await json(['job', 'history', 'nightly'])).toHaveLength(1)
  },
)

it.each([
  ['a member that is not there', ['--member', 'deb', '--schedule', '09:00'], 3],
  ['a schedule that never comes', ['--member', 'dev', '--schedule', '0 0 30 2 *'], 2],
  ['a schedule that is none', ['--member', 'dev', '--schedule', 'soon'], 2],
  ['no schedule', ['--member', 'dev'], 2],
  ['an unknown policy', ['--member', 'dev', '--schedule', '09:00', '--missed', 'never'], 2],
] as const)('refuses %s', { timeout: 60_000 }, async (_, more, code) => {
  const refused = await place.yard(['job', 'add', 'nightly', '--message', 'x', ...more])
  expect(refused.code).toBe(code)
  expect(refused.err.trimEnd().split('\n')).toHaveLength(1)
})

it('knows no job of that name, with the near one', { timeout: 60_000 }, async () => {
  await place.yard([...ADD, '--schedule', '09:00'])
  expect((await place.yard([...ADD, '--schedule', '09:00'])).code).toBe(4)
  for (const verb of ['run', 'pause', 'resume', 'remove', 'history']) {
    const { code, err } = await place.yard(['job', verb, 'nigthly'])
    expect([verb, code]).toEqual([verb, 3])
    expect(err).toContain('nightly')
  }
})
