import { createHash, X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadCertificate } from '../../src/fleet/certificate.ts'

let root: string
let file: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'yard-cert-'))
  file = join(root, 'service', 'door-key.pem')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const NOW = Date.UTC(2030, 0, 1)
const load = (tls: Parameters<typeof loadCertificate>[0] = 'auto') =>
  loadCertificate(tls, { root, file, now: NOW })
async function made() {
  const loaded = await load()
  if (!loaded.ok || loaded.value === null) throw new Error('no certificate')
  return loaded.value
}

describe('a certificate of our own', () => {
  it('is made once, on P-256, for ten years, in a file for its owner alone', async () => {
    const [first, second] = await Promise.all([made(), made()])
    expect(second).toEqual(first)
    expect(await made()).toEqual(first)
    expect(first.cert).not.toContain('PRIVATE')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const certificate = new X509Certificate(first.cert)
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
    expect(new Date(certificate.validFrom).getTime()).toBeLessThanOrEqual(NOW)
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2040)
    expect(certificate.ca).toBe(false)
    const hash = createHash('sha256').update(certificate.raw).digest('base64')
    expect(first.pin).toBe(`sha256/${hash}`)
  })

  it('is closed again where its file was open to others', async () => {
    await made()
    chmodSync(file, 0o644)
    await made()
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is never replaced by itself: others know its pin', async () => {
    await made()
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100))
    expect(await load()).toMatchObject({ ok: false, error: { kind: 'file-broken' } })
    expect(readFileSync(file, 'utf8')).toHaveLength(100)
  })

  it('needs a folder that can be written', async () => {
    writeFileSync(join(root, 'service'), '')
    expect(await load()).toMatchObject({ ok: false, error: { kind: 'file-broken' } })
  })
})

describe('a certificate of somebody else', () => {
  it('is read from files below the root, and must fit its key', async () => {
    const own = await made()
    writeFileSync(join(root, 'cert.pem'), own.cert)
    writeFileSync(join(root, 'key.pem'), own.key)
    expect(await load({ cert: 'cert.pem', key: join(root, 'key.pem') })).toMatchObject({
      value: { pin: own.pin },
    })
    rmSync(file)
    const other = await made()
    const chain = join(root, 'chain.pem')
    writeFileSync(chain, `${own.key}${own.cert}${other.cert}`)
    expect(await load({ cert: chain, key: chain })).toMatchObject({
      value: { pin: own.pin, cert: `${own.cert}${other.cert}` },
    })
    writeFileSync(join(root, 'key.pem'), other.key)
    expect(await load({ cert: 'cert.pem', key: 'key.pem' })).toMatchObject({
      error: { message: expect.stringContaining('it is not the key of') },
    })
  })

  it.each([
    ['cert.pem', 'nothing'],
    ['key.pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
  ])('names %s where that is none', async (name, text) => {
    const own = await made()
    writeFileSync(join(root, 'cert.pem'), own.cert)
    writeFileSync(join(root, 'key.pem'), own.key)
    writeFileSync(join(root, name), text)
    const loaded = await load({ cert: 'cert.pem', key: 'key.pem' })
    expect(loaded).toMatchObject({
      error: { kind: 'file-broken', facts: { path: join(root, name) } },
    })
    rmSync(join(root, name))
    expect((await load({ cert: 'cert.pem', key: 'key.pem' })).ok).toBe(false)
  })

  it('is none without TLS', async () => {
    expect(await load('off')).toEqual({ ok: true, value: null })
  })
})
