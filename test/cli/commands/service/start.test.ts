import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeAll(async () => {
  place = await openTestYard()
})
afterAll(() => place.close())

describe('service start', () => {
  it.each([
    ['--model', 'opsu', 'did you mean "opus"?'],
    ['--executor', 'shel', 'did you mean "shell"?'],
  ])('refuses an unknown %s as reload does', async (flag, name, hint) => {
    const { code, err } = await place.yard(['service', 'start', flag, name])
    expect(code).toBe(3)
    expect(err).toContain(hint)
    expect(await place.json(['service', 'status'])).toMatchObject({ running: false })
  })
})

describe('service restart', () => {
  it('with a broken configuration leaves the old service at work', async () => {
    await place.yard(['service', 'start'])
    const before = await place.json(['service', 'status'])
    await appendFile(join(place.folder, '.yard/config.toml'), '\n[coordinatr]\nmax_agents = 3\n')
    const { code, err } = await place.yard(['service', 'restart'])
    expect(code).toBe(1)
    expect(err).toContain('nothing was touched')
    const { pid } = before as { pid: number }
    expect(await place.json(['service', 'status'])).toMatchObject({ running: true, pid })
  })
})
