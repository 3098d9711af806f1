import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { environmentKeys, fileKeys, findKey } from '../../../src/agents/native/native-order.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yard-keys-'))
  path = join(folder, 'keys.env')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const keep = async (text: string, mode = 0o600): Promise<void> => {
  await writeFile(path, text)
  await chmod(path, mode)
}

describe('the file of keys', () => {
  it('holds a value by its name', async () => {
    await keep('# mine\n\nA_KEY=one=two\r\nexport B_KEY = "three four"\nC_KEY=\nD_KEY=\'five\'\n')
    const keys = fileKeys(path)
    expect(['A_KEY', 'B_KEY', 'C_KEY', 'D_KEY', 'KEY'].map((name) => keys(name))).toEqual(
      ['one=two', 'three four', null, 'five', null].map((value) => ({ ok: true, value })),
    )
  })

  it.each([0o640, 0o604, 0o620, 0o644, 0o666])('of mode %o is refused', async (mode) => {
    await keep('A_KEY=one\n', mode)
    const found = fileKeys(path)('A_KEY')
    expect(found).toMatchObject({ ok: false, error: expect.stringContaining('chmod 600') })
    expect(JSON.stringify(found)).not.toContain('one')
  })

  it('need not be there', () => {
    expect(fileKeys(path)('A_KEY')).toEqual({ ok: true, value: null })
    expect(fileKeys(join(path, 'below'))('A_KEY')).toEqual({ ok: true, value: null })
  })

  it('that is a folder is told', () => {
    expect(fileKeys(folder, 'win32')('A_KEY')).toMatchObject({ ok: false })
  })
})

it('the environment comes first, and an empty variable is none', async () => {
  await keep('A_KEY=of the file\n')
  const find = (env: Record<string, string>) =>
    findKey('A_KEY', [environmentKeys(env), fileKeys(path)])
  expect(find({ A_KEY: 'of the environment' })).toEqual({ ok: true, value: 'of the environment' })
  expect(find({ A_KEY: '' })).toEqual({ ok: true, value: 'of the file' })
  expect(findKey('B_KEY', [environmentKeys({}), fileKeys(path)])).toEqual({
    ok: false,
    error: 'B_KEY is not set',
  })
})
