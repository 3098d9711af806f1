/** The certificate of the fleet endpoint. Others know it by its pin, so its names and its issuer mean nothing. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { errorText } from '../base/text.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { FleetSettings } from '../domain/settings.ts'
import { replaceFile } from '../files/replace-file.ts'

/** PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly pin: string
}

/** `sha256/` and the hash of the certificate in DER, in base64. */
export const pinOf = (der: Uint8Array): string =>
  `sha256/${createHash('sha256').update(der).digest('base64')}`

interface CertificatePlace {
  /** Relative paths of the settings start here. */
  readonly root: string
  /** Key and certificate of our own in one file, so that no crash leaves one without the other. */
  readonly file: string
  /** ms */
  readonly now: number
}

/** Null for an endpoint without TLS. Makes the certificate of `auto` the first time; every later call gives the same one. */
export async function loadCertificate(
  tls: FleetSettings['tls'],
  { root, file, now }: CertificatePlace,
): Promise<Result<Certificate | null, Failure>> {
  if (tls === 'off') return ok(null)
  if (tls !== 'auto') return readPair(resolve(root, tls.cert), resolve(root, tls.key))
  try {
    if (!existsSync(file)) await makeCertificate(file, now)
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
  } catch (error) {
    return err(broken(file, errorText(error), 'is its folder writable?'))
  }
  return readPair(file, file)
}

const YEARS = 10
const DAY_MS = 86_400_000

async function makeCertificate(file: string, now: number): Promise<void> {
  // Loaded once in the life of a yard.
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: 'Yardmaster' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // The clock of another machine may be late.
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + YEARS * 365.25 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'yardmaster' }] },
    ],
  })
  // Asked for twice at once, both get the first.
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  replaceFile(file, `${made.private.trim()}\n${made.cert.trim()}\n`, { flush: true })
}

function readPair(certFile: string, keyFile: string): Result<Certificate, Failure> {
  const cert = readPart(certFile, 'no certificate in PEM', (pem) => new X509Certificate(pem))
  if (!cert.ok) return cert
  const key = readPart(keyFile, 'no private key in PEM without a passphrase', createPrivateKey)
  if (!key.ok) return key
  if (!cert.value.parsed.checkPrivateKey(key.value.parsed))
    return err(broken(keyFile, `it is not the key of ${certFile}`, WAY_OUT))
  const pin = pinOf(cert.value.parsed.raw)
  const secret = String(key.value.parsed.export({ type: 'pkcs8', format: 'pem' }))
  return ok({ cert: chainOf(cert.value), key: secret, pin })
}

/** The certificates and nothing else: the file may hold the key, too, and the certificate is given to anybody. */
function chainOf({
  pem,
  parsed,
}: {
  readonly pem: string
  readonly parsed: X509Certificate
}): string {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  return blocks === null ? parsed.toString() : `${blocks.join('\n')}\n`
}

const WAY_OUT =
  'name the right files in [fleet] tls; a door-key.pem that is deleted is made anew, with another pin'

function readPart<T>(
  file: string,
  what: string,
  parse: (pem: string) => T,
): Result<{ readonly pem: string; readonly parsed: T }, Failure> {
  let pem: string
  try {
    pem = readFileSync(file, 'utf8')
  } catch (error) {
    return err(broken(file, errorText(error), WAY_OUT))
  }
  try {
    return ok({ pem, parsed: parse(pem) })
  } catch {
    return err(broken(file, `it holds ${what}`, WAY_OUT))
  }
}

const broken = (file: string, why: string, hint: string): Failure =>
  failure('file-broken', `the endpoint for other machines cannot use ${file}: ${why}`, {
    hint,
    facts: { path: file },
  })
