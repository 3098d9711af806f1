/**
 * Keeps the endpoint for other machines as the settings say, for as long as a full host serves a trusted yard. What keeps it closed (a port
 * in use, a broken certificate) is shown in the status and in Attention, and is tried again; the host goes on without it.
 */
import { rmSync } from 'node:fs'
import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../base/text.ts'
import { failure } from '../../domain/failure.ts'
import { replaceFile } from '../../files/replace-file.ts'
import { advertisedUrl, parseListen } from '../../fleet/address.ts'
import { loadCertificate, type Certificate } from '../../fleet/certificate.ts'
import { redeemCode } from '../../yard/fleet/tokens.ts'
import { inputFailure } from '../../yard/handlers/failures.ts'
import type { Yard } from '../../yard/yard.ts'
import { type FleetListener, openFleetListener } from './listener.ts'
import { addMailRoutes } from './mail-routes.ts'

const RETRY_MS = 15_000

interface Open extends FleetListener {
  readonly certificate: Certificate | null
  /** What it was opened with: another one is another endpoint. */
  readonly as: string
}

export interface FleetEndpoint {
  /** Resolves when the last reload is carried out. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** Resolves when it is open, or when it is known why it is not. */
export async function openFleetEndpoint(
  yard: Yard,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<FleetEndpoint> {
  const { fleet, paths } = yard
  let open: Open | null = null
  let isClosed = false
  let cancelRetry = (): void => {}

  const shut = async (): Promise<void> => {
    const closing = open
    open = null
    if (closing === null) return
    rmSync(paths.service.door, { force: true })
    await closing.close()
  }
  const fail = (listen: string, problem: string): void => {
    const before = fleet.endpoint()
    const isNews = before?.problem !== problem
    if (isNews) log.error('the endpoint for other machines is closed', { why: problem })
    const since = isNews ? yard.now() : before.since
    fleet.setEndpoint({ listen, url: null, pin: null, problem, since })
    cancelRetry = clock.after(RETRY_MS, () => void follow())
  }
  const openAs = async (as: string, listen: string, certificate: Certificate | null) => {
    const address = parseListen(listen)
    const { access, routes } = fleet
    const opened = await openFleetListener({ access, routes, certificate, clock, log }, address)
    if (!opened.ok) {
      const { message, hint = '' } = opened.error
      return fail(listen, `${message} (${hint})`)
    }
    open = { ...opened.value, as, certificate }
    announce(open, listen)
  }
  /** Throws where the file cannot be written. */
  const announce = ({ port, certificate }: Open, listen: string): void => {
    const url = advertisedUrl({ ...parseListen(listen), port }, certificate !== null)
    const pin = certificate?.pin ?? null
    replaceFile(paths.service.door, `${JSON.stringify({ url, pin }, null, 2)}\n`)
    fleet.setEndpoint({ listen, url, pin, problem: null, since: yard.now() })
    log.info('other machines are served', { url, pin })
  }
  const apply = async (): Promise<void> => {
    cancelRetry()
    const { listen, tls } = yard.config().settings.fleet
    if (isClosed || listen === null || !yard.isTrusted()) {
      fleet.setEndpoint(null)
      return shut()
    }
    const place = { root: paths.root, file: paths.service.doorKey, now: yard.now() }
    const certificate = await loadCertificate(tls, place)
    if (!certificate.ok) {
      await shut()
      const { message, hint = '' } = certificate.error
      return fail(listen, `${message} (${hint})`)
    }
    const as = JSON.stringify([listen, certificate.value])
    if (open?.as === as) {
      // Its file could not be written before.
      if (fleet.endpoint()?.url == null) announce(open, listen)
      return
    }
    await shut()
    await openAs(as, listen, certificate.value)
  }
  /** One after the other: a reload may come while the last one is carried out. */
  let work = Promise.resolve()
  const follow = (): Promise<void> =>
    (work = work.then(apply).catch((error: unknown) => {
      const { listen } = yard.config().settings.fleet
      fail(listen ?? '', `it failed: ${errorText(error)}`)
    }))
  const removeRoutes = [
    addRoutes(yard, () => open?.certificate ?? null),
    addMailRoutes(yard, clock),
  ]
  const stop = yard.onReloaded(() => void follow())
  // What an owner that was killed has left names an endpoint that nobody serves.
  rmSync(paths.service.door, { force: true })
  await follow()
  return {
    idle: () => work,
    async close() {
      isClosed = true
      stop()
      for (const remove of removeRoutes) remove()
      await follow()
      cancelRetry()
    },
  }
}

/** Larger than any code and name. */
const JOIN_BODY_BYTES = 2000
const joinSchema = z.strictObject({
  code: z.string().min(1).max(200),
  name: z.string().max(200).optional(),
  /** The id of a daemon. */
  daemon: z.string().max(100).optional(),
})

/** What needs no token: the certificate, and the exchange of a code for a token. */
function addRoutes(yard: Yard, certificate: () => Certificate | null): () => void {
  const { routes } = yard.fleet
  const removeCert = routes.add({
    method: 'GET',
    path: '/api/fleet/cert',
    access: 'open',
    handle({ json, fail }) {
      const served = certificate()
      if (served) return json(200, { pin: served.pin, certificate: served.cert })
      fail(failure('wrong-state', 'this endpoint has no certificate'))
    },
  })
  const removeJoin = routes.add({
    method: 'POST',
    path: '/api/fleet/join',
    access: 'open',
    async handle({ address, body, json, fail }) {
      const sent = await body(JOIN_BODY_BYTES)
      const read = joinSchema.safeParse(sent.ok ? sent.value : null)
      if (!sent.ok) return fail(sent.error)
      if (!read.success) return fail(inputFailure(read.error.issues))
      const { code, name = '', daemon = '' } = read.data
      const made = await redeemCode(yard, { address, code, machine: name || daemon })
      if (made.ok) json(200, made.value)
      else fail(made.error)
    },
  })
  return () => {
    removeCert()
    removeJoin()
  }
}
