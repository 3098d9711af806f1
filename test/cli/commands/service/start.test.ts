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

describe('a flag of service start', () => {
  const retryAfter = async () => {
    const list = (await place.json(['config', '--list'])) as { key: string }[]
    const asked = await place.json(['member', 'list'])
    return [list.find(({ key }) => key === 'messages.retry_after'), asked]
  }

  it('says when messages come again, while it lives, and for members that say nothing else', async () => {
    await place.yard(['member', 'add', 'back', '--executor', 'shell'])
    await place.yard(['member', 'add', 'slow', '--executor', 'shell', '--retry-after', '1h'])
    await place.yard(['service', 'start', '--retry-after', '2'])
    const held = [
      { source: 'flag' },
      [
        { name: 'back', retryAfterMs: 2000 },
        { name: 'slow', retryAfterMs: 3_600_000 },
      ],
    ]
    expect(await retryAfter()).toMatchObject(held)
    // Another change of the configuration leaves it in force.
    await place.yard(['config', 'messages.tries', '5'])
    expect(await retryAfter()).toMatchObject(held)
    await place.yard(['service', 'reload', '--retry-after', '90s'])
    expect(await retryAfter()).toMatchObject([{ source: 'flag' }, [{ retryAfterMs: 90_000 }, {}]])
    await place.yard(['service', 'reload'])
    const usual = [{ source: 'default', value: 600 }, [{ retryAfterMs: 600_000 }, {}]]
    expect(await retryAfter()).toMatchObject(usual)
    await place.yard(['service', 'stop'])
  })

  it.each(['0', '2h', 'soon'])('is refused where it says %s', async (time) => {
    const { code, err } = await place.yard(['service', 'start', '--retry-after', time])
    expect([code, err]).toEqual([2, expect.stringContaining('--retry-after')])
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
