/** A task whose executor is taken out of the configuration can never run, and nobody waits for it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeEach(async () => {
  place = await openTestYard()
})
afterEach(() => place.close(), 60_000)

it(
  'is at rest, ends `run` and `wait` with 1, and `list` says why',
  { timeout: 60_000 },
  async () => {
    const config = join(place.folder, '.yard', 'config.toml')
    const before = await readFile(config, 'utf8')
    await writeFile(config, `${before}\n[executors.mine]\ntype = "command"\ncommand = ["true"]\n`)
    const add = (...words: string[]) => place.json(['add', ...words])
    await add('Mine', '--id', 'mine', '--executor', 'mine')
    await add(
      'Later',
      '--id',
      'later',
      '--executor',
      'mine',
      '--not-before',
      '2090-01-01T00:00:00Z',
    )
    await add('After', '--id', 'after', '--exec', 'true', '--after', 'mine')
    await add('Well', '--id', 'well', '--exec', 'true')
    await writeFile(config, before)

    const ran = await place.yard(['run', '--json'])
    expect(JSON.parse(ran.out)).toMatchObject({
      done: 1,
      failed: [],
      stuck: ['mine', 'later', 'after'],
    })
    expect(ran.code).toBe(1)
    expect((await place.yard(['list'])).out).toMatch(/mine +ready \(there is no executor "mine"\)/)
    const text = 'there is no executor "mine"'
    expect(await place.json(['show', 'mine'])).toMatchObject({ state: 'ready', stuck: text })
    expect(await place.json(['show', 'later'])).toMatchObject({ state: 'delayed', stuck: text })
    expect(await place.json(['show', 'after'])).toMatchObject({ state: 'blocked', stuck: null })

    await place.yard(['service', 'start'])
    expect((await place.yard(['wait', 'mine', '--timeout', '10m'])).out).toContain('1 cannot go on')
  },
)

it('comes to rest when its executor goes while it is waited for', { timeout: 60_000 }, async () => {
  const config = join(place.folder, '.yard', 'config.toml')
  const before = await readFile(config, 'utf8')
  await writeFile(config, `${before}\n[executors.mine]\ntype = "command"\ncommand = ["true"]\n`)
  const later = ['--not-before', '2090-01-01T00:00:00Z']
  await place.json(['add', 'Mine', '--id', 'mine', '--executor', 'mine', ...later])
  await place.yard(['service', 'start'])
  const waited = place.yard(['wait', 'mine', '--timeout', '10m'])
  await writeFile(config, before)
  expect((await place.yard(['service', 'reload'])).code).toBe(0)
  expect(await waited).toMatchObject({ code: 1, out: expect.stringContaining('1 cannot go on') })
})
