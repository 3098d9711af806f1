/** An agent CLI that is not installed: its tasks wait, are told so, and start once it is there. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeEach(async () => {
  place = await openTestYard()
})
afterEach(() => place.close(), 60_000)

const SAYS = `console.log(JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'well' }))`
const MISSING = /executor qwen cannot run here: qwen was not found on the PATH: install it/

it(
  'waits without an attempt, and runs once its program is there',
  { timeout: 60_000 },
  async () => {
    const bin = join(place.folder, 'bin')
    await mkdir(bin)
    const env = { PATH: `${place.env['PATH']}:${bin}` }
    await place.json(['add', 'Wait', '--id', 'wait', '--executor', 'qwen', '--max-attempts', '1'])
    const before = await place.yard(['run', '--json'], { env })
    expect(JSON.parse(before.out)).toMatchObject({ done: 0, failed: [], stuck: ['wait'] })
    expect(await place.json(['show', 'wait'])).toMatchObject({
      state: 'ready',
      attempts: 0,
      agent: null,
      stuck: expect.stringMatching(MISSING),
    })
    expect((await place.yard(['why', 'wait'])).out).toMatch(MISSING)
    const { attention } = (await place.json(['service', 'status'])) as { attention: unknown[] }
    expect(attention).toMatchObject([
      { task: 'wait', kind: 'executor', text: expect.stringMatching(MISSING) },
    ])
    await writeFile(join(bin, 'qwen'), `#!${process.execPath}\n${SAYS}\n`, { mode: 0o755 })
    const after = await place.yard(['run', '--json'], { env })
    expect(JSON.parse(after.out)).toMatchObject({ done: 1, failed: [] })
  },
)
