/** What a yard has for other machines while it is open: who may come, what is served to them, and where. */
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Scope } from '../../base/scope.ts'
import { errorText } from '../../base/text.ts'
import type { YardPaths } from '../../config/paths.ts'
import type { CommittedBatch, Dispatcher } from '../../coordinator/dispatch.ts'
import { createAccess, type FleetAccess } from '../../fleet/access.ts'
import { createInvites, type Invites } from '../../fleet/invites.ts'
import { noteRevoked, readRevoked } from '../../fleet/revoked.ts'
import { createRoutes, type FleetRoutes } from '../../fleet/routes.ts'
import type { OpenStore } from '../../store/open-store.ts'

/** Of a host that is to serve other machines. */
export interface EndpointState {
  /** As the configuration says. */
  readonly listen: string
  /** How others reach it; null while it is closed. */
  readonly url: string | null
  /** Null while it is closed, and without TLS. */
  readonly pin: string | null
  /** Why it is closed, for people. */
  readonly problem: string | null
  /** ms */
  readonly since: number
}

export interface Fleet {
  readonly access: FleetAccess
  readonly invites: Invites
  readonly routes: FleetRoutes
  /** Null where no host serves other machines. */
  endpoint(): EndpointState | null
  setEndpoint(state: EndpointState | null): void
  note(batch: CommittedBatch): void
}

interface FleetParts {
  readonly options: { readonly paths: YardPaths }
  readonly opened: Pick<OpenStore, 'plan' | 'tokenUse' | 'writer'>
  readonly clock: Clock
  readonly log: Log
  readonly scope: Scope
}

export function openFleet({ options, opened, clock, log, scope }: FleetParts): Fleet {
  const { plan } = opened
  const access = createAccess({
    tokens: () => plan.tokens,
    saveUse: (id, at) => void saveUse({ opened, log }, id, at),
    clock,
    log,
  })
  scope.add(() => access.close())
  let endpoint: EndpointState | null = null
  return {
    access,
    invites: createInvites(options.paths.service.invites, clock),
    routes: createRoutes(),
    endpoint: () => endpoint,
    setEndpoint: (state) => void (endpoint = state),
    note: ({ changes }) => {
      const tokens = changes.flatMap((change) => (change.entity === 'token' ? [change] : []))
      if (tokens.length === 0) return
      access.check()
      noteAll(
        options.paths.service.revoked,
        tokens.flatMap(({ id, after }) => (after?.revokedAt == null ? [] : [id])),
        log,
      )
    },
  }
}

/** A token that was revoked stays so where the database is put back to a time before that. */
export async function revokeAgain(
  { paths }: { readonly paths: YardPaths },
  { plan, store }: Pick<OpenStore, 'plan' | 'store'>,
  { dispatcher, log }: { readonly dispatcher: Pick<Dispatcher, 'dispatch'>; readonly log: Log },
): Promise<void> {
  const file = paths.service.revoked
  const revoked = readRevoked(file)
  const again = [...plan.tokens.values()].filter(({ id }) => revoked.has(id))
  for (const { id, name } of again) {
    const reply = await dispatcher.dispatch({ type: 'token.revoke', id }, { kind: 'coordinator' })
    if (reply.ok) log.warn('a token that was revoked before a restore is revoked again', { name })
    else log.error('a token that was revoked is good again', { name, why: reply.error.message })
  }
  // Of a process that ended between the two.
  const kept = store.mail.tokens().filter(({ revokedAt }) => revokedAt !== null)
  noteAll(
    file,
    kept.map(({ id }) => id),
    log,
  )
}

function noteAll(file: string, ids: readonly string[], log: Log): void {
  try {
    noteRevoked(file, ids)
  } catch (error) {
    const why = errorText(error)
    log.error('a revoked token would be good again after a restore', { why })
  }
}

/** Beside the journal, as positions are. Nothing depends on it: one that cannot be saved is lost. */
async function saveUse(
  { opened: { writer, tokenUse }, log }: Pick<FleetParts, 'opened' | 'log'>,
  id: string,
  at: number,
): Promise<void> {
  try {
    await writer.free()
    writer.begin()
    tokenUse.set(id, at)
    writer.commit()
  } catch (error) {
    writer.rollback()
    log.debug('the use of a token was not saved', { id, why: errorText(error) })
  }
}
