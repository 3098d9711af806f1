import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLogFile } from '../../src/headless/log-file.ts'
import { createMask } from '../../src/domain/mask.ts'
import { createOneUseCodes, CODE_LIFE_MS } from '../../src/headless/http/one-use-codes.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'yard-log-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the log', () => {
  it('writes one line an entry, without secrets', () => {
    const file = join(folder, 'service.log')
    const log = openLogFile({ file, env: { SOME_API_KEY: 'value-of-the-key', HOME: '/home/me' } })
    log.info('said value-of-the-key\nand more', {
      token: 'abc',
      nested: { apiKey: 'def', home: '/home/me' },
      header: 'Bearer abcdef123456',
    })
    const text = readFileSync(file, 'utf8')
    expect(text.split('\n')).toHaveLength(2)
    expect(text).toContain('/home/me')
    for (const secret of ['value-of-the-key', 'abc', 'def'])
      expect(text).not.toContain(`"${secret}`)
    expect(text).not.toContain('value-of-the-key')
    expect(text).not.toContain('abcdef123456')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is turned over when it is full and keeps five old ones', () => {
    const file = join(folder, 'service.log')
    const log = openLogFile({ file, env: {}, maxBytes: 1000 })
    for (let n = 0; n < 200; n += 1) log.info(`line ${n} ${'x'.repeat(80)}`)
    expect(readdirSync(folder).toSorted()).toEqual(
      ['service.log', ...[1, 2, 3, 4, 5].map((n) => `service.log.${n}`)].toSorted(),
    )
    expect(readFileSync(file, 'utf8')).toContain('line 199')
    expect(statSync(`${file}.1`).size).toBeLessThan(1300)
  })
})

describe('the mask', () => {
  const mask = createMask({})
  it.each([
    'yat_agent-7_2_Abcdefghijklmnop-_0123456789',
    'yot_AbcdefghijKLMNop0123',
    'Bearer abc.def-123456',
    'sk-ant-api03-AAAAAAAAAAAAAAAAAAAA',
    'ghp_AAAAAAAAAAAAAAAAAAAAAAAA',
    'OPENAI_API_KEY=abcdefgh123',
    '"client_secret": "abcdefgh123"',
    'https://me:abcdefgh123@host/x',
    'http://127.0.0.1:80/#code=abcdefgh123',
  ])('hides the secret in %s', (text) => {
    const tail = text.slice(-6).replace(/[^\w]/g, '')
    expect(mask(`before ${text} after`)).toMatch(/^before .*\*\*\*.* after$/)
    expect(mask(text)).not.toContain(text.includes('@') ? 'abcdefgh123' : tail)
  })

  it('leaves plain words alone', () => {
    const text = 'agent-7 ended with 3 tokens used in /home/me/yard'
    expect(mask(text)).toBe(text)
  })
})

describe('a one-use code', () => {
  it('is good once, nine minutes after it was printed too, and no longer than ten', () => {
    let now = 0
    const codes = createOneUseCodes(() => now)
    const code = codes.issue()
    expect([codes.redeem(code), codes.redeem(code), codes.redeem('other')]).toEqual([
      true,
      false,
      false,
    ])
    const slow = codes.issue()
    const late = codes.issue()
    now = 9 * 60_000
    expect(codes.redeem(slow)).toBe(true)
    now = CODE_LIFE_MS
    expect(codes.redeem(late)).toBe(false)
  })
})
