import { existsSync, mkdtempSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { yardPaths } from '../../src/config/paths.ts'
import { readSavedPort } from '../../src/headless/http/port.ts'
import { serveYard } from '../../src/headless/serve.ts'
import { openStateFile, readState } from '../../src/headless/state-file.ts'
import { openSecret } from '../../src/yard/handlers/agent-token.ts'
import { openTestYard, type TestYard } from './served-yard.ts'

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)
const state = {
  pid: process.pid,
  url: 'http://127.0.0.1:1',
  token: 'yot_a',
  version: '0',
  startedAt: '2026-01-01T00:00:00+00:00',
  host: 'service' as const,
}

describe('state.json', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'yard-state-'))
    mkdirSync(yardPaths(root).service.folder, { recursive: true })
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('is for its user alone and gone at an orderly end', () => {
    const paths = yardPaths(root)
    const file = openStateFile(paths, state, silentLog)
    expect(modeOf(paths.service.state)).toBe('600')
    expect(readState(paths)).toEqual(state)
    file.close()
    expect(existsSync(paths.service.state)).toBe(false)
  })

  it('is written again by its living owner when it is lost', async () => {
    const paths = yardPaths(root)
    const file = openStateFile(paths, state, silentLog)
    rmSync(paths.service.state)
    await expect.poll(() => readState(paths)).toEqual(state)
    file.close()
  })

  it('is left alone when another owner has written its own', () => {
    const paths = yardPaths(root)
    const file = openStateFile(paths, state, silentLog)
    writeFileSync(paths.service.state, JSON.stringify({ ...state, token: 'yot_b' }))
    file.close()
    expect(readState(paths)?.token).toBe('yot_b')
  })

  it('reads as nothing when it is torn', () => {
    const paths = yardPaths(root)
    writeFileSync(paths.service.state, '{"pid": 1')
    expect(readState(paths)).toBe(null)
  })

  it.each([
    'http://192.0.2.7:80',
    'http://example.com',
    'https://127.0.0.1:1',
    'http://a@127.0.0.1:1',
  ])('reads as nothing when it leads away from this machine: %s', (url) => {
    const paths = yardPaths(root)
    writeFileSync(paths.service.state, JSON.stringify({ ...state, url }))
    expect(readState(paths)).toBe(null)
  })

  it.each(['http://localhost:1', 'http://[::1]:1', `http://${hostname()}:1`])(
    'may name %s',
    (url) => {
      const paths = yardPaths(root)
      writeFileSync(paths.service.state, JSON.stringify({ ...state, url }))
      expect(readState(paths)?.url).toBe(url)
    },
  )

  it('stands beside a secret that is made once, mode 0600, and remade when torn', () => {
    const { secret } = yardPaths(root).service
    const first = openSecret(secret)
    expect([first.length, modeOf(secret)]).toEqual([32, '600'])
    expect(openSecret(secret)).toEqual(first)
    writeFileSync(secret, 'torn')
    expect(openSecret(secret)).not.toEqual(first)
  })
})

describe('the port', () => {
  let test: TestYard
  beforeEach(async () => void (test = await openTestYard()))
  afterEach(() => test.close())
  const serve = (port?: number) =>
    serveYard(test.yard, { port, pageRoot: null, log: silentLog, onStop: () => {} })

  it('is kept from one owner to the next, and so is the token', async () => {
    const first = await serve()
    if (!first.ok) throw new Error(first.error.message)
    await first.value.close()
    const second = await serve()
    if (!second.ok) throw new Error(second.error.message)
    expect(second.value.port).toBe(first.value.port)
    expect(second.value.token).toBe(first.value.token)
    await second.value.close()
  })

  it('that somebody else has is told in words when it was asked for, and passed over when it was only kept', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const asked = await serve(port)
    expect(asked).toMatchObject({ ok: false, error: { kind: 'in-use', facts: { port } } })
    expect(readState(test.yard.paths)).toBe(null)
    writeFileSync(test.yard.paths.service.port, `${port}\n`)
    const kept = await serve()
    if (!kept.ok) throw new Error(kept.error.message)
    expect(kept.value.port).not.toBe(port)
    expect(readSavedPort(test.yard.paths.service.port)).toBe(kept.value.port)
    await kept.value.close()
    other.close()
  })
})
