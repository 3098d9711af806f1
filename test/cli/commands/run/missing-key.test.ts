/** A key that is missing here holds back the executor that wants it, and nobody else: its provider has said nothing. */
import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

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
      state: 'ready',
      attempts: 0,
      agent: null,
      stuck: expect.stringMatching(MISSING),
    })
    expect((await place.yard(['why', 'keyless'])).out).toMatch(MISSING)
    const { attention } = (await place.json(['service', 'status'])) as { attention: unknown[] }
    expect(attention).toMatchObject([{ task: 'keyless', kind: 'executor' }])
    const executors = (await place.json(['executors'])) as { name: string }[]
    expect(executors.find(({ name }) => name === 'native')).toMatchObject({
      canRun: false,
      problem: expect.stringContaining('is not set'),
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

it(
  'a key does not go to the address of a model that has none of its own',
  { timeout: 60_000 },
  async () => {
    const config = join(place.folder, '.yard', 'config.toml')
    const model =
      '[models.far]\nprovider = "local"\nmodel_id = "m"\nendpoint = "https://far.example/v1"\n'
    const profile = '[executors.keyed]\ntype = "native"\nmodel = "sonnet"\napi_key_env = "MY_KEY"\n'
    await appendFile(config, `\n${model}\n${profile}`)
    const add = ['add', 'Far', '--executor', 'keyed', '--model', 'far']
    expect(await place.yard(add)).toMatchObject({
      code: 4,
      err: expect.stringContaining('models.far.api_key_env'),
    })
    await appendFile(
      config,
      '\n[models.far2]\nprovider = "local"\nmodel_id = "m"\nendpoint = "https://far.example/v1"\napi_key_env = "FAR_KEY"\n',
    )
    expect(await place.yard([...add.slice(0, -1), 'far2'])).toMatchObject({ code: 0 })
  },
)
