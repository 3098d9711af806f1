/** Yards that are made at the same moment, and places where none can be made. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { yardPaths } from '../../../../src/config/paths.ts'
import { initYard } from '../../../../src/yard/init-yard.ts'
import { isTrusted } from '../../../../src/yard/access/trust.ts'
import { openTestYard, PROGRAM } from '../../yard-command.ts'

let base: string
let data: string
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'yard-inits-')))
  data = join(base, 'data', 'yard')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

/** Begins to make a yard in each folder when the file `go` is there, so that they meet. */
const TOGETHER = `
  import { existsSync } from 'node:fs'
  import { initYard } from ${JSON.stringify(new URL('../../../../src/yard/init-yard.ts', import.meta.url).href)}
  const [go, data, ...folders] = process.argv.slice(1)
  process.stdout.write('ready\\n')
  while (!existsSync(go));
  for (const folder of folders) await initYard(folder, data)
`

async function initTogether(folders: readonly (readonly string[])[]): Promise<void> {
  const go = join(base, 'go')
  const children = folders.map((mine) =>
    spawn(process.execPath, ['--input-type=module', '-e', TOGETHER, '--', go, data, ...mine], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  await Promise.all(children.map(({ stdout }) => once(stdout, 'data')))
  writeFileSync(go, '')
  await Promise.all(children.map((child) => once(child, 'exit')))
}

describe('several inits at once', () => {
  it('of different folders lose nobody his trust', async () => {
    const folders = [0, 1, 2].map((n) => [0, 1, 2, 3, 4, 5, 6, 7].map((m) => `${base}/p${n}-${m}`))
    for (const folder of folders.flat()) mkdirSync(folder)
    await initTogether(folders)
    const book = Object.keys(JSON.parse(readFileSync(join(data, 'trust.json'), 'utf8')))
    expect(book.toSorted()).toEqual(folders.flat().toSorted())
  })

  it('of one folder make one yard, which is trusted', async () => {
    const names = [0, 1, 2, 3, 4, 5].map((n) => `${base}/same-${n}`)
    for (const name of names) mkdirSync(name)
    await initTogether([names, names, names])
    const untrusted = names.filter(
      (name) => !isTrusted({ paths: yardPaths(name), dataFolder: data }),
    )
    expect(untrusted).toEqual([])
  })
})

it('a ready task of a yard that nobody trusts is shown as such', async () => {
  const place = await openTestYard()
  await place.yard(['add', 'One', '--id', 'one', '--exec', 'true'])
  expect((await place.yard(['list'])).out).toContain('ready (next in line)')
  writeFileSync(join(place.env['XDG_DATA_HOME'] ?? '', 'yard', 'trust.json'), '{}')
  expect((await place.yard(['list'])).out).toContain('ready (not trusted)')
  await place.close()
})

describe('a path where no yard can live', () => {
  it('because SQLite cannot open a file so deep is refused, and nothing is left there', async () => {
    let deep = base
    while (deep.length <= 460) deep = join(deep, 'x'.repeat(50))
    mkdirSync(deep, { recursive: true })
    const made = await initYard(deep, data)
    expect(made).toMatchObject({ ok: false, error: { kind: 'bad-request' } })
    expect(existsSync(join(deep, '.yard'))).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')(
    'because it is not UTF-8 is refused, and no other folder is made (Linux)',
    async () => {
      const folder = Buffer.concat([Buffer.from(`${base}/odd-`), Buffer.from([0xff, 0xfe])])
      mkdirSync(folder)
      const shell = `cd "$1"/odd-* && exec "$2" "$3" init`
      const child = spawn('/bin/sh', ['-c', shell, 'sh', base, process.execPath, PROGRAM], {
        env: { PATH: process.env['PATH'], HOME: base, XDG_DATA_HOME: join(base, 'data') },
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
      const [code] = await once(child, 'close')
      expect(said).toMatch(/^yard: no yard can be made in .* not UTF-8/)
      expect(code).toBe(2)
    },
  )
})
