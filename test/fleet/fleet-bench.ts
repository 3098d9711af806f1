/** A fleet endpoint on a real port of loopback, with a certificate of its own, tokens in memory and a manual clock. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog, type Log } from '../../src/base/log.ts'
import type { AccessToken } from '../../src/domain/messages/access-token.ts'
import { createAccess, type FleetAccess } from '../../src/fleet/access.ts'
import { loadCertificate, type Certificate } from '../../src/fleet/certificate.ts'
import { createRoutes, type FleetRoutes } from '../../src/fleet/routes.ts'
import { mintToken, mintTokenId } from '../../src/fleet/tokens.ts'
import { openFleetListener, type FleetListener } from '../../src/headless/fleet/listener.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'

export interface FleetBench {
  readonly endpoint: FleetListener
  readonly url: string
  /** Empty without TLS. */
  readonly pin: string
  readonly access: FleetAccess
  readonly routes: FleetRoutes
  readonly clock: ManualClock
  readonly errors: { readonly message: string; readonly facts: unknown }[]
  /** Makes a token that holds; gives its text. */
  token(more?: Partial<AccessToken>): string
  revoke(text: string): void
  close(): Promise<void>
}

export async function makeCertificate(): Promise<Certificate> {
  const root = mkdtempSync(join(tmpdir(), 'yard-fleet-'))
  const place = { root, file: join(root, 'door-key.pem'), now: Date.now() }
  const made = await loadCertificate('auto', place)
  rmSync(root, { recursive: true })
  if (!made.ok || made.value === null) throw new Error('no certificate')
  return made.value
}

export async function openFleetBench(
  certificate: Certificate | null,
  host = '127.0.0.1',
): Promise<FleetBench> {
  const clock = createManualClock()
  const tokens = new Map<string, AccessToken>()
  const idOf = new Map<string, string>()
  const errors: { message: string; facts: unknown }[] = []
  const log: Log = {
    ...silentLog,
    error: (message, facts) => void errors.push({ message, facts }),
  }
  const access = createAccess({ tokens: () => tokens, saveUse: () => {}, clock, log })
  const routes = createRoutes()
  const opened = await openFleetListener(
    { access, routes, certificate, clock, log },
    { host, port: 0 },
  )
  if (!opened.ok) throw new Error(opened.error.message)
  const endpoint = opened.value
  return {
    endpoint,
    access,
    routes,
    clock,
    errors,
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${endpoint.port}`,
    pin: certificate?.pin ?? '',
    token(more = {}) {
      const { text, sha256, hint } = mintToken('daemon')
      const token: AccessToken = {
        id: mintTokenId(),
        name: 'laptop',
        kind: 'daemon',
        sha256,
        hint,
        names: [],
        roles: [],
        repos: [],
        createdAt: clock.now(),
        createdBy: 'person',
        expiresAt: null,
        revokedAt: null,
        ...more,
      }
      tokens.set(token.id, token)
      idOf.set(text, token.id)
      return text
    },
    revoke(text) {
      tokens.delete(idOf.get(text) ?? '')
      access.check()
    },
    async close() {
      await endpoint.close()
      access.close()
    },
  }
}
