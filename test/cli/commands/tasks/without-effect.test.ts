/** What a command says when what was asked has no effect yet, or none at all: the way on is in the answer. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeEach(async () => void (place = await openTestYard()))
afterEach(() => place.close(), 60_000)

const out = async (...words: string[]): Promise<string> => (await place.yard(words)).out

describe('the answer of a command', { timeout: 60_000 }, () => {
  it('names the way on where there is nothing to try again', async () => {
    await place.yard(['add', 'A', '--id', 'a', '--exec', 'true'])
    await place.yard(['add', 'B', '--id', 'b', '--exec', 'true', '--after', 'a'])
    await place.yard(['add', 'C', '--id', 'c', '--exec', 'true', '--paused'])
    expect(await out('retry', 'b')).toContain('b is blocked, with nothing to try again; yard why b')
    await place.yard(['resume', 'c'])
    expect(await out('retry', 'c')).toBe('c is ready\n')
    await place.yard(['pause', 'c'])
    expect(await out('retry', 'c')).toContain('yard resume c')
  })

  it('says that a try under way goes on as it began', async () => {
    await place.yard(['add', 'Long', '--id', 'long', '--exec', 'sleep 600'])
    expect(await out('edit', 'long', '--exec', 'sleep 500')).toBe('long is changed (ready)\n')
    await place.yard(['service', 'start'])
    await expect.poll(() => out('list', '--status', 'in-progress')).toContain('long')
    expect(await out('edit', 'long', '--exec', 'true')).toContain('goes on as it began')
    expect(await out('edit', 'long', '--priority', '3')).not.toContain('goes on')
  })

  it('says how a graph that is here already goes on', async () => {
    await writeFile(
      join(place.folder, 'g.toml'),
      '[[task]]\nid = "one"\ntitle = "One"\nexec = "true"\n',
    )
    expect((await place.yard(['run', 'g.toml'])).code).toBe(0)
    expect(await place.yard(['run', 'g.toml'])).toMatchObject({
      code: 4,
      err: expect.stringContaining('`yard run` alone goes on'),
    })
  })

  it('names the task that waits for a person', async () => {
    await place.yard(['add', 'By hand', '--id', 'by-hand', '--executor', 'manual'])
    expect(await out('service', 'status')).toContain('waits for you: by-hand: ')
  })

  it('says that a new yard lies in another', async () => {
    await mkdir(join(place.folder, 'part'))
    const made = await place.yard(['init', '--dir', 'part'])
    expect(made.out).toContain(`it lies in the yard of ${place.folder}:`)
  })

  it('says that a time in the past holds nothing back', async () => {
    const past = ['--not-before', '2020-01-01T09:00']
    const warning = 'warning: --not-before 2020-01-01T09:00 is in the past and holds nothing back'
    for (const words of [
      ['add', 'Late', '--id', 'late', '--exec', 'true'],
      ['edit', 'late'],
    ])
      expect(await place.yard([...words, ...past])).toMatchObject({
        code: 0,
        err: expect.stringContaining(warning),
      })
    const future = await place.yard(['edit', 'late', '--not-before', '2090-01-01'])
    expect(future).toMatchObject({ code: 0, err: '' })
  })

  it('says that what it should take out of the configuration is not there', async () => {
    expect(await out('config', '--unset', 'coordinator.model')).toMatch(
      /^coordinator\.model does not stand in .*config\.toml: nothing to take out\n$/,
    )
    await place.yard(['config', 'coordinator.max_agents', '3'])
    expect(await out('config', '--unset', 'coordinator.max_agents')).toContain('is taken out of')
  })

  it('refuses a title of blanks', async () => {
    expect(await place.yard(['add', ' \t '])).toMatchObject({
      code: 2,
      err: expect.stringContaining('title'),
    })
  })

  it('names the service that runs already where the yard is paused', async () => {
    await place.yard(['service', 'start'])
    await place.yard(['service', 'pause'])
    const { err } = await place.yard(['run'])
    expect(err).toContain('yard service resume')
    expect(err).not.toContain('service start')
  })

  it('says of what repeats that it runs now', async () => {
    await place.yard(['add', 'Daily', '--id', 'daily', '--exec', 'true', '--schedule', '09:00'])
    await place.yard(['schedule', 'now', 'daily'])
    expect(await out('schedule')).toMatch(/^now +daily/m)
  })
})
