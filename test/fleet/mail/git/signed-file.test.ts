import { statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  loadSigner,
  readMailFile,
  type Signer,
} from '../../../../src/fleet/mail/git/signed-file.ts'
import { letter, machineOn, must, signerOf, tempFolder } from '../../../support/mail-machines.ts'
import { createManualClock, START_AT } from '../../../support/manual-clock.ts'
import { createMemoryRemote } from '../../../support/memory-mail-git.ts'
import { malformedFile } from '../../../support/malformed-mail.ts'
import { createSeededRandom } from '../../../support/seeded-random.ts'

let signer: Signer
let expected: { machine: string; key: string }
beforeEach(() => {
  signer = signerOf()
  expected = { machine: 'anna', key: signer.key }
})
const envelope = letter(
  'code-rev@anna',
  'back-end@ben',
  'Ünïcödé "quoted", \\ and \n lines',
  START_AT,
)

describe('the key', () => {
  it('is made once, for its user alone', () => {
    const file = join(tempFolder(), 'service', 'mail-key.pem')
    const { key } = must(loadSigner(file))
    expect(must(loadSigner(file)).key).toBe(key)
  })

  it.skipIf(process.platform === 'win32')('is readable by nobody else', () => {
    const file = join(tempFolder(), 'mail-key.pem')
    must(loadSigner(file))
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })
})

describe('a signed file', () => {
  it('is read as it was written', () => {
    const read = readMailFile(signer.sign(envelope), expected)
    expect(read).toEqual({ kind: 'mail', key: signer.key, envelope })
  })

  it('ends with its signature, over the bytes before it', () => {
    const text = signer.sign(envelope).toString()
    expect(text).toMatch(/,"key":"ed25519:[A-Za-z0-9+/]{43}=","sig":"[A-Za-z0-9+/]{86}=="\}\n$/)
    expect(Object.keys(JSON.parse(text)).slice(0, 3)).toEqual(['v', 'id', 'from'])
  })

  it('is refused with each byte of its content changed', () => {
    const bytes = signer.sign(envelope)
    const end = bytes.lastIndexOf(',"sig"')
    for (let at = 0; at < end; at += 1) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(readMailFile(changed, expected).kind).toBe('refused')
    }
  })
})

describe('10,000 malformed files', () => {
  it('are refused, each of them, and none throws', async () => {
    const random = createSeededRandom(20_261_124).next
    const clock = createManualClock()
    const remote = createMemoryRemote()
    const anna = machineOn(remote, 'anna', { clock, signer })
    const ben = machineOn(remote, 'ben', { clock })
    await anna.send()
    await ben.receive()
    const files: Record<string, Buffer> = {}
    for (let at = 0; at < 10_000; at += 1) files[`f${at}`] = malformedFile(signer, random, at)
    remote.plant('anna', files)
    const [came] = await ben.receive()
    expect(came?.envelopes).toEqual([])
    expect(came?.members).toBeNull()
    expect(came?.refused).toHaveLength(10_000)
    await anna.send(envelope)
    expect((await ben.receive())[0]?.envelopes).toEqual([envelope])
  })
})
