import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const project = resolve(import.meta.dirname, '../..')
const fromBuilder = createRequire(join(project, 'node_modules/app-builder-lib/package.json'))
// Internal paths: their version is pinned by the lockfile.
const { getConfig, validateConfiguration } = fromBuilder(
  'app-builder-lib/out/util/config/config.js',
)
const { DebugLogger } = fromBuilder('builder-util')

interface BuilderConfig {
  readonly [name: string]: unknown
  readonly electronFuses: Readonly<Record<string, boolean>>
}
const load = (): Promise<BuilderConfig> =>
  getConfig(project, join(project, 'electron-builder.yml'), null)
const validate = (config: object): Promise<void> =>
  validateConfiguration(config, new DebugLogger(false))

describe('how the app is packed', () => {
  test('is understood by electron-builder, and a word that it does not know is not', async () => {
    const config = await load()
    await expect(validate(config)).resolves.toBeUndefined()
    await expect(validate({ ...config, nonsense: true })).rejects.toThrow(/nonsense/)
  })

  test('names every form for every system', async () => {
    expect(await load()).toMatchObject({
      linux: { target: ['AppImage', 'deb'] },
      mac: { target: ['dmg', 'zip'] },
      win: { target: ['nsis', 'zip'] },
      protocols: [{ schemes: ['yard'] }],
      fileAssociations: [{ ext: 'yard.toml' }],
    })
  })

  test('leaves the release channel off', async () => {
    expect((await load())['publish']).toBeNull()
  })

  test('leaves on the one fuse that our own programs need, and closes the others', async () => {
    expect((await load()).electronFuses).toEqual({
      runAsNode: true,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  test('keeps the native library out of the archive, and our sources out of the pack', async () => {
    const config = await load()
    expect(config['asarUnpack']).toEqual(['node_modules/better-sqlite3/**'])
    const files = JSON.stringify(config['files'])
    for (const folder of ['src/', 'test/', 'scripts/', 'docs/']) expect(files).not.toContain(folder)
  })
})

describe('the release workflow', () => {
  const text = readFileSync(join(project, '.github/workflows/release.yml'), 'utf8')

  test('uses every action at a commit, and may write only where it publishes', () => {
    const uses = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action)
    expect(uses.length).toBeGreaterThan(3)
    for (const action of uses) expect(action).toMatch(/@[0-9a-f]{40}$/)
    expect(text).toMatch(/^permissions: \{\}$/m)
    expect(text.match(/: write/g)).toHaveLength(1)
  })

  test('checks and tests before it packs, on three systems', () => {
    const order = [
      'npm ci',
      'npm run check',
      'npm test',
      'npm run build',
      'npx --no-install electron-builder',
    ]
    const places = order.map((step) => text.indexOf(`run: ${step}`))
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    for (const system of ['ubuntu', 'macos', 'windows']) expect(text).toContain(system)
  })

  test('puts no text of others into a shell line', () => {
    for (const [, line] of text.matchAll(/run: (.+)/g)) expect(line).not.toContain('${{')
  })
})
