/** One file of a machine's branch: a message or the machine's card, signed with its key. Nothing of it is believed before that is checked. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { ok, orElse, type Result } from '../../../base/result.ts'
import { errorCode, errorText } from '../../../base/text.ts'
import { fail, type Failure } from '../../../domain/failure.ts'
import { MEMBER_PATTERN } from '../../../domain/messages/message.ts'
import {
  type Envelope,
  envelopeSchema,
  machineOf,
  MACHINE_PATTERN,
  MAX_ENVELOPE_BYTES,
} from '../envelope.ts'

export interface Signer {
  /** Raw public key, base64. */
  readonly key: string
  /** The bytes of a file with these fields. */
  sign(fields: object): Buffer
}

/** Reads the key, or makes it once, mode 0600. */
export function loadSigner(file: string): Result<Signer, Failure> {
  try {
    const privateKey = createPrivateKey(readKey(file) ?? makeKey(file))
    const key = rawKeyOf(createPublicKey(privateKey))
    return ok({ key, sign: (fields) => signed(fields, key, privateKey) })
  } catch (error) {
    return fail('io', `the key ${file} cannot be used: ${errorText(error)}`, {
      hint: 'is the file whole and readable? without it, other machines refuse what comes from here',
      facts: { file },
    })
  }
}

function readKey(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Two that make it at once end up with the same one. */
function makeKey(file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  const { privateKey } = generateKeyPairSync('ed25519')
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx', flush: true })
  try {
    chmodSync(fresh, 0o600)
    linkSync(fresh, file)
    return text
  } catch (error) {
    const made = readKey(file)
    if (made === null) throw error
    return made
  } finally {
    rmSync(fresh, { force: true })
  }
}

const rawKeyOf = (key: KeyObject): string => {
  const { x = '' } = key.export({ format: 'jwk' })
  return Buffer.from(x, 'base64url').toString('base64')
}

/** The signature is over all bytes before `,"sig"`. */
function signed(fields: object, key: string, privateKey: KeyObject): Buffer {
  const body = JSON.stringify({ ...fields, key: `ed25519:${key}` }).slice(0, -1)
  const sig = sign(null, Buffer.from(body), privateKey).toString('base64')
  return Buffer.from(`${body},"sig":"${sig}"}\n`)
}

const proof = {
  key: z.string().regex(/^ed25519:[A-Za-z0-9+/]{43}=$/),
  sig: z.string(),
}
const fileSchema = envelopeSchema.extend(proof)

/** What a machine says of itself. */
const cardSchema = z.strictObject({
  v: z.literal(1),
  machine: z.string().regex(MACHINE_PATTERN),
  members: z.array(z.string().regex(MEMBER_PATTERN)).max(1000),
  /** Raised when the machine writes its branch anew; others accept no branch that was written anew under the same one. */
  epoch: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  at: z.iso.datetime(),
  ...proof,
})
export type Card = Omit<z.output<typeof cardSchema>, 'key' | 'sig'>

export type MailFile =
  | { readonly kind: 'mail'; readonly key: string; readonly envelope: Envelope }
  | { readonly kind: 'card'; readonly key: string; readonly card: Card }
  | { readonly kind: 'refused'; readonly reason: string }

const refused = (reason: string): MailFile => ({ kind: 'refused', reason })

export interface Expected {
  /** Whose branch it lies in. */
  readonly machine: string
  /** Raw, base64; null = any, where none is known yet. */
  readonly key: string | null
}

/** Never throws, whatever the bytes are. */
export function readMailFile(bytes: Buffer, expected: Expected): MailFile {
  if (bytes.length > MAX_ENVELOPE_BYTES)
    return refused(`it is larger than ${MAX_ENVELOPE_BYTES} bytes`)
  const parsed = parsedObject(bytes)
  if (parsed === null) return refused('it is no JSON object in UTF-8')
  if (parsed['v'] !== 1) return refused('it is of another version')
  const isCard = !('to' in parsed) && 'members' in parsed
  const read = (isCard ? cardSchema : fileSchema).safeParse(parsed)
  if (!read.success) return refused(`its fields are not as they must be: ${firstIssue(read.error)}`)
  const { key: named, sig, ...content } = read.data
  const key = named.slice('ed25519:'.length)
  if (expected.key !== null && key !== expected.key)
    return refused('it is signed with another key than the one that was seen first')
  if (!isSigned(bytes, key, sig)) return refused('its signature does not fit')
  return ofMachine(content, key, expected.machine)
}

function ofMachine(content: Card | Envelope, key: string, machine: string): MailFile {
  const isCard = 'machine' in content
  const from = isCard ? content.machine : machineOf(content.from)
  if (from !== machine)
    return refused(`it says that it is from ${from} and lies in the branch of ${machine}`)
  return isCard ? { kind: 'card', key, card: content } : { kind: 'mail', key, envelope: content }
}

function parsedObject(bytes: Buffer): Record<string, unknown> | null {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const parsed = orElse((): unknown => JSON.parse(decoder.decode(bytes)), null)
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
  return isObject ? (parsed as Record<string, unknown>) : null
}

/** Names of fields are another's text. */
function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues
  const path = issue?.path.join('.') ?? ''
  const where = path === '' ? '' : `${path}: `
  return `${where}${issue?.code ?? 'unknown'}`.replace(/\p{C}/gu, '?').slice(0, 120)
}

function isSigned(bytes: Buffer, key: string, sig: string): boolean {
  const end = bytes.lastIndexOf(',"sig":"')
  if (end < 0) return false
  const rest = bytes.subarray(end).toString('latin1')
  if (!/^,"sig":"[A-Za-z0-9+/]{86}=="\}\n?$/.test(rest) || !rest.includes(sig)) return false
  return orElse(() => {
    const x = Buffer.from(key, 'base64').toString('base64url')
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return verify(null, bytes.subarray(0, end), publicKey, Buffer.from(sig, 'base64'))
  }, false) // no point of the curve
}
