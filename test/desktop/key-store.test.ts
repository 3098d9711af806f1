import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../../src/base/log.ts'
import { createKeyCipher } from '../../src/main/key-cipher.ts'
import {
  createKeyStore,
  keyNameProblem,
  type KeyStore,
  type KeyStoreParts,
} from '../../src/desktop/key-store.ts'
import { safeStorage } from '../fakes/electron.ts'
import { createManualClock } from '../support/manual-clock.ts'

const SECRET = 'sk-live-"7\\'
const KIND = { ...safeStorage }

let folder: string
let file: string
let env: Record<string, string | undefined>
let logged: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-keys-'))
  file = join(folder, 'data', 'keys.json')
  env = { PATH: '/bin', OWN_KEY: 'set-by-the-shell', EMPTY_KEY: '' }
  logged = []
})
afterEach(() => {
  Object.assign(safeStorage, KIND)
  rmSync(folder, { recursive: true, force: true })
})

const write = (message: string, facts?: unknown): void =>
  void logged.push(`${message} ${JSON.stringify(facts)}`)
const log: Log = { debug: write, info: write, warn: write, error: write }

const storeOf = (more: Partial<KeyStoreParts> = {}): KeyStore => {
  const platform = more.platform ?? 'linux'
  return createKeyStore({
    file,
    env,
    platform,
    clock: createManualClock(),
    log,
    cipher: createKeyCipher(platform),
    ...more,
  })
}

/** The app's next start, in an environment that knows nothing yet. */
async function restarted(more: Partial<KeyStoreParts> = {}): Promise<KeyStore> {
  env = { PATH: '/bin' }
  const store = storeOf({ env, ...more })
  await store.ready()
  return store
}

const names = async (store: KeyStore): Promise<string[]> =>
  (await store.list()).keys.map(({ name, state }) => `${name} ${state}`)

describe('a kept key', () => {
  test('is a variable at once and at the next start, and is gone when it is removed', async () => {
    const store = storeOf()
    await store.ready()
    await store.keep('LLM_KEY', ` ${SECRET}\n`)
    await store.keep('A_KEY', 'another value')
    expect([env['LLM_KEY'], env['A_KEY']]).toEqual([SECRET, 'another value'])
    const next = await restarted()
    expect(env).toEqual({ PATH: '/bin', LLM_KEY: SECRET, A_KEY: 'another value' })
    expect(await names(next)).toEqual(['A_KEY used', 'LLM_KEY used'])
    await next.remove('LLM_KEY')
    expect(env).toEqual({ PATH: '/bin', A_KEY: 'another value' })
    await restarted()
    expect(env).toEqual({ PATH: '/bin', A_KEY: 'another value' })
  })

  test('yields to what the environment sets, and stands in for what is empty there', async () => {
    const store = storeOf()
    await store.keep('OWN_KEY', 'from the store')
    await store.keep('EMPTY_KEY', 'from the store')
    expect([env['OWN_KEY'], env['EMPTY_KEY']]).toEqual(['set-by-the-shell', 'from the store'])
    expect(await names(store)).toEqual(['EMPTY_KEY used', 'OWN_KEY overruled'])
    await store.remove('OWN_KEY')
    await store.remove('EMPTY_KEY')
    expect(env).toEqual({ PATH: '/bin', OWN_KEY: 'set-by-the-shell', EMPTY_KEY: '' })
  })

  test('is one whatever its case on Windows', async () => {
    env = { Own_Key: 'set' }
    const store = storeOf({ platform: 'win32' })
    await store.keep('OWN_KEY', 'first value')
    await store.keep('own_key', 'second value')
    expect(await names(store)).toEqual(['own_key overruled'])
    expect(env).toEqual({ Own_Key: 'set' })
  })

  test('replaces the one before, also where both come at once', async () => {
    const store = storeOf()
    await Promise.all([
      store.keep('A', 'value one'),
      store.keep('B', 'two'),
      store.keep('A', 'three'),
    ])
    await restarted()
    expect(env).toEqual({ PATH: '/bin', A: 'three', B: 'two' })
  })

  test('stands sealed in a file of its owner, which is replaced whole', async () => {
    const store = storeOf()
    await store.keep('LLM_KEY', SECRET)
    await store.keep('B', SECRET)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(folder, 'data'))).toEqual(['keys.json'])
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('LLM_KEY')
    expect(text).not.toContain('sk-live')
    expect(text).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 8))
  })

  test('leaves main by no answer, no refusal and no line of the log', async () => {
    const store = storeOf()
    const said: unknown[] = [await store.keep('LLM_KEY', SECRET), await store.list()]
    for (const name of [SECRET, 'PATH', 'A B'])
      said.push(await store.keep(name, SECRET).catch(String))
    said.push(await store.keep('B', `${SECRET}\n${SECRET}`).catch(String))
    safeStorage.isAvailable = false
    said.push(await store.keep('C', SECRET).catch(String))
    safeStorage.encryptStringAsync = async (text) => {
      throw new Error(text)
    }
    safeStorage.isAvailable = true
    said.push(await store.keep('D', SECRET).catch(String))
    safeStorage.ring = 9
    said.push(await (await restarted()).list())
    expect(logged).toHaveLength(1)
    expect(JSON.stringify([said, logged])).not.toContain('sk-live')
  })

  test('is masked wherever it turns up, also once it was removed', async () => {
    const store = storeOf()
    await store.keep('LLM_KEY', SECRET)
    await store.keep('SHORT', 'yes')
    await store.remove('LLM_KEY')
    expect(store.mask(`a ${SECRET} b ${JSON.stringify({ SECRET })} yes`)).toBe(
      'a *** b {"SECRET":"***"} yes',
    )
  })
})

describe('without a key store nothing is written', () => {
  test.each([
    ['the password that everybody knows', { backend: 'basic_text' }],
    ['nothing chosen yet', { backend: 'unknown' }],
    ['no encryption', { isAvailable: false }],
    ['a key ring that does not answer, so that Chromium falls back', { tag: 'v10' }],
  ])('%s', async (_why, state) => {
    Object.assign(safeStorage, state)
    const store = storeOf()
    await store.ready()
    await expect(store.keep('LLM_KEY', SECRET)).rejects.toThrow('offers no key store')
    expect(readdirSync(folder)).toEqual([])
    expect(env).not.toHaveProperty('LLM_KEY')
  })

  test('the list says why', async () => {
    safeStorage.backend = 'basic_text'
    expect((await storeOf().list()).keys).toEqual([])
    expect((await storeOf().list()).refusal).toContain('offers no key store')
  })

  test('elsewhere than on Linux the first letters mean nothing', async () => {
    Object.assign(safeStorage, { tag: 'v10', backend: 'basic_text' })
    const store = storeOf({ platform: 'darwin' })
    await store.keep('LLM_KEY', SECRET)
    await restarted({ platform: 'darwin', cipher: createKeyCipher('darwin') })
    expect(env['LLM_KEY']).toBe(SECRET)
  })

  test('where no key was ever kept, the key ring is not asked at the start', async () => {
    safeStorage.asked = 0
    await storeOf().ready()
    expect(safeStorage.asked).toBe(0)
  })
})

describe('what cannot be opened', () => {
  test('stays, is told, and comes back with its key ring', async () => {
    const store = storeOf()
    await store.keep('LLM_KEY', SECRET)
    safeStorage.ring = 9
    const next = await restarted()
    expect(await names(next)).toEqual(['LLM_KEY unreadable'])
    expect(env).toEqual({ PATH: '/bin' })
    await next.keep('NEW_KEY', 'of the new ring')
    safeStorage.ring = 7
    expect(await names(next)).toEqual(['LLM_KEY used', 'NEW_KEY unreadable'])
    expect(env).toEqual({ PATH: '/bin', LLM_KEY: SECRET })
    await next.remove('NEW_KEY')
    expect(await names(next)).toEqual(['LLM_KEY used'])
  })

  test('a value under another name than its own, or under a hostile one, is not used', async () => {
    await storeOf().keep('LLM_KEY', SECRET)
    const { keys } = JSON.parse(readFileSync(file, 'utf8'))
    const { sealed } = keys[0]
    const forged = (await safeStorage.encryptStringAsync('["LD_PRELOAD","/tmp/evil.so"]')).toString(
      'base64',
    )
    const all = [
      { name: 'OTHER_KEY', sealed },
      { name: 'LD_PRELOAD', sealed: forged },
      { name: '__proto__', sealed },
    ]
    writeFileSync(file, JSON.stringify({ version: 1, keys: all }))
    const store = await restarted()
    expect(env).toEqual({ PATH: '/bin' })
    expect(await names(store)).toEqual([
      'LD_PRELOAD unreadable',
      'OTHER_KEY unreadable',
      '__proto__ unreadable',
    ])
    for (const { name } of all) await store.remove(name)
    expect(await names(store)).toEqual([])
  })

  test.each(['', 'not json', '[]', '{"version":2,"keys":[]}', '{"version":1,"keys":[{"name":7}]}'])(
    'a broken file %j is told and stays as it is',
    async (text) => {
      mkdirSync(join(folder, 'data'))
      writeFileSync(file, text)
      const store = await restarted()
      expect((await store.list()).problem).toContain(`${file} is not a file of keys`)
      await expect(store.keep('LLM_KEY', SECRET)).rejects.toThrow('Move it away')
      await expect(store.remove('LLM_KEY')).rejects.toThrow('Move it away')
      expect(readFileSync(file, 'utf8')).toBe(text)
      rmSync(file)
      expect(await store.keep('LLM_KEY', SECRET)).toMatchObject({ problem: null })
    },
  )

  test('a folder in its place stops nothing either', async () => {
    mkdirSync(file, { recursive: true })
    expect((await (await restarted()).list()).problem).toContain('says EISDIR')
  })

  test('a key ring that waits for the person holds the app up for 20 s at most, and counts later', async () => {
    await storeOf().keep('LLM_KEY', SECRET)
    const clock = createManualClock()
    const { open, ...rest } = createKeyCipher('linux')
    let unlock = (): void => {}
    const locked = new Promise<void>((resolve) => (unlock = resolve))
    env = {}
    const cipher = { ...rest, open: (...of: [string, string]) => locked.then(() => open(...of)) }
    const store = storeOf({ env, clock, cipher })
    const ready = store.ready()
    clock.advance(20_000)
    await ready
    expect(env).toEqual({})
    unlock()
    expect(await names(store)).toEqual(['LLM_KEY used'])
    expect(env).toEqual({ LLM_KEY: SECRET })
  })
})

describe('the name of a key', () => {
  test.each([
    ...['ANTHROPIC_API_KEY', 'LLM_EXAMPLE_KEY', 'CLAUDE_CODE_OAUTH_TOKEN', 'GH_TOKEN', '_x', 'k'],
    ...['COPILOT_PROVIDER_API_KEY', 'GITHUB_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'constructor'],
  ])('may be %s', (name) => expect(keyNameProblem(name)).toBeNull())

  test.each([
    ...[
      'PATH',
      'Path',
      'HOME',
      'LD_PRELOAD',
      'ld_preload',
      'DYLD_INSERT_LIBRARIES',
      'NODE_OPTIONS',
    ],
    ...['YARD_DIR', 'YARD_AGENT_MAX_AGENTS', 'ELECTRON_RUN_AS_NODE', 'BASH_ENV', 'ENV', 'IFS'],
    ...['GIT_SSH_COMMAND', 'SSH_AUTH_SOCK', 'XDG_DATA_HOME', 'APPDATA', 'HTTPS_PROXY', 'no_proxy'],
    ...[
      'PYTHONPATH',
      'PYTHONSTARTUP',
      'PERL5LIB',
      'PERL5OPT',
      'RUBYOPT',
      'RUBYLIB',
      '_JAVA_OPTIONS',
    ],
    ...['ANTHROPIC_BASE_URL', 'OPENAI_BASE_URL', 'COPILOT_PROVIDER_API_KEY_COMMAND', 'CLAUDECODE'],
    ...['ANTHROPIC_CUSTOM_HEADERS', 'CLAUDE_CODE_USE_BEDROCK', 'NODE_EXTRA_CA_CERTS', '__proto__'],
    ...['npm_config_registry', 'SSL_CERT_FILE', 'OPENCODE_CONFIG_CONTENT', 'JAVA_TOOL_OPTIONS'],
  ])('may not be %s', (name) => expect(keyNameProblem(name)).toContain(`${name} is no name`))

  test.each(['7UP', 'A-B', 'A B', 'A=B', 'A\n', 'A\0', 'Ä', 'sk-ant-secret'])(
    'is not repeated where it looks like none: %j',
    (name) => {
      const problem = keyNameProblem(name) ?? ''
      expect(problem).toContain('the name of an environment variable')
      expect(problem).not.toContain(name)
    },
  )
})
