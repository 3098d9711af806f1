/** A key that is missing here holds back the executor that wants it, and nobody else: its provider has said nothing. */
import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, type TestYard } from './yard-command.ts'

let place: TestYard
beforeEach(async () => {
  place = await openTestYard()
})
afterEach(() => place.close(), 60_000)

const SAYS = `console.log(JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'well' }))`
const MISSING = /executor native cannot run here: ANTHROPIC_API_KEY is not set/

it(
  'native without its key waits and is told so, while claude goes on',
  { timeout: 60_000 },
  async () => {
    const claude = join(place.folder, 'claude.mjs')
    await writeFile(claude, SAYS)
    const command = JSON.stringify([process.execPath, claude])
    const config = join(place.folder, '.yard', 'config.toml')
    await appendFile(config, `\n[executors.claude]\ncommand = ${command}\ncoding = false\n`)
    await place.json([
      ...['add', 'Keyless', '--id', 'keyless'],
      ...['--executor', 'native', '--model', 'sonnet'],
    ])
    await place.json(['add', 'Well', '--id', 'well', '--executor', 'claude'])
    const ran = await place.yard(['run', '--json'])
    expect(JSON.parse(ran.out)).toMatchObject({ done: 1, failed: [], stuck: ['keyless'] })
    expect(await place.json(['show', 'keyless'])).toMatchObject({
      ...{ state: 'ready', attempts: 0, agent: null, stuck: expect.stringMatching(MISSING) },
    })
    expect((await place.yard(['why', 'keyless'])).out).toMatch(MISSING)
    const { attention } = (await place.json(['service', 'status'])) as { attention: unknown[] }
    expect(attention).toMatchObject([{ task: 'keyless', kind: 'executor' }])
    const executors = (await place.json(['executors'])) as { name: string }[]
    expect(executors.find(({ name }) => name === 'native')).toMatchObject({
      ...{ canRun: false, problem: expect.stringContaining('is not set') },
    })
    expect(executors.find(({ name }) => name === 'claude')).toMatchObject({ canRun: true })
  },
)

it('is ready as soon as the key is there', { timeout: 60_000 }, async () => {
  const add = ['--executor', 'native', '--model', 'sonnet', '--paused']
  await place.json(['add', 'Keyless', '--id', 'keyless', ...add])
  expect((await place.yard(['why', 'keyless'])).out).toMatch(MISSING)
  const folder = join(place.env['XDG_CONFIG_HOME'] ?? '', 'yard')
  await mkdir(folder, { recursive: true })
  const keys = join(folder, 'keys.env')
  await writeFile(keys, 'ANTHROPIC_API_KEY=sk-test\n')
  await chmod(keys, 0o600)
  expect((await place.yard(['why', 'keyless'])).out).not.toMatch(/cannot run here/)
})
