/** Making, listing and revoking tokens of other machines, and the codes that are exchanged for one. */
import type { z } from 'zod'
import { err, ok, orElse, type Result } from '../../base/result.ts'
import { errorText } from '../../base/text.ts'
import type {
  inviteInput,
  InviteView,
  MadeToken,
  TokenView,
  tokenInput,
} from '../../contract/token.ts'
import type { AccessToken } from '../../domain/messages/access-token.ts'
import type { Actor } from '../../domain/command.ts'
import { nameOf } from '../../domain/decide/decision.ts'
import { fail, failure, type Failure } from '../../domain/failure.ts'
import { parseDuration } from '../../domain/format.ts'
import { nearMatch } from '../../domain/near-match.ts'
import { advertisedUrl, parseListen } from '../../fleet/address.ts'
import { loadCertificate } from '../../fleet/certificate.ts'
import type { Invite } from '../../fleet/invites.ts'
import { mintToken, mintTokenId } from '../../fleet/tokens.ts'
import { isoOrNull, isoTime } from '../views/iso-time.ts'
import type { Yard } from '../yard.ts'

type TokenInput = z.output<typeof tokenInput>
type InviteInput = z.output<typeof inviteInput>
type TokenYard = Pick<
  Yard,
  'config' | 'dispatch' | 'fleet' | 'host' | 'log' | 'now' | 'paths' | 'plan' | 'store'
>

type Scope = Omit<Invite, 'sha256' | 'expiresAt' | 'commandId'>

export async function createToken(
  yard: TokenYard,
  { commandId, ...input }: TokenInput,
  by: Actor,
): Promise<Result<MadeToken, Failure>> {
  const scope = scopeOf(input, by)
  return scope.ok ? makeToken(yard, scope.value, { by, commandId }) : scope
}

async function makeToken(
  yard: TokenYard,
  { tokenLifeMs, ...scope }: Scope,
  { by, commandId }: { readonly by: Actor; readonly commandId?: string | undefined },
): Promise<Result<MadeToken, Failure>> {
  const { text, sha256, hint } = mintToken(scope.kind)
  const now = yard.now()
  const token: AccessToken = {
    ...scope,
    id: mintTokenId(),
    sha256,
    hint,
    createdAt: now,
    revokedAt: null,
    expiresAt: tokenLifeMs === null ? null : now + tokenLifeMs,
  }
  const reply = await yard.dispatch({ type: 'token.make', token }, by, commandId)
  if (reply.ok) return ok({ ...toView(yard, token), token: text })
  // A command that is sent again: what it made the first time is known by its hash alone.
  const isAgain = reply.error.kind === 'in-use' && isNamed(yard, scope.name)
  if (!isAgain) return reply
  return fail('wrong-state', `the token ${scope.name} was made already, and is shown once`, {
    hint: `yard token revoke ${scope.name}, then make it anew`,
  })
}

/** A code for a token of this scope, and the line that uses it. */
export async function inviteTo(
  yard: TokenYard,
  { commandId, ttl, ...input }: InviteInput,
  by: Actor,
): Promise<Result<InviteView, Failure>> {
  const scope = scopeOf(input, by)
  if (!scope.ok) return scope
  const lifeMs = durationOf('ttl', ttl, { min: 1000, max: DAY_MS })
  if (!lifeMs.ok) return lifeMs
  const { name } = scope.value
  if (isNamed(yard, name)) return err(taken(name))
  const endpoint = await reachableAt(yard)
  if (!endpoint.ok) return endpoint
  try {
    const { url, pin } = endpoint.value
    const { code, expiresAt } = yard.fleet.invites.issue(
      { ...scope.value, ...(commandId === undefined ? {} : { commandId }) },
      lifeMs.value,
    )
    const join = `yard daemon join ${url}${pin === null ? '' : ` --pin ${pin}`}`
    return ok({ join, code, expiresAt: isoTime(expiresAt) })
  } catch (error) {
    return err(unsaved(yard, error))
  }
}

/** Exchanges a code for the token that was promised. `machine`: what the other side calls itself. */
export async function redeemCode(
  yard: TokenYard,
  { address, code, machine }: Record<'address' | 'code' | 'machine', string>,
): Promise<Result<{ readonly token: string }, Failure>> {
  const { access, invites } = yard.fleet
  try {
    const invite = access.attempt(address, () => invites.redeem(code))
    if (!invite.ok) return invite
    const { sha256: _code, expiresAt: _over, commandId: _made, ...scope } = invite.value
    const made = await makeToken(yard, scope, { by: { kind: 'coordinator' } })
    if (!made.ok) {
      // Where that fails, too, the code is spent: a person makes another.
      orElse(() => invites.restore(invite.value), null)
      return made
    }
    yard.log.info('a code was exchanged for a token', { name: scope.name, machine, address })
    return ok({ token: made.value.token })
  } catch (error) {
    return err(unsaved(yard, error))
  }
}

/** Revoked ones included, oldest first. */
export const listTokens = (yard: TokenYard): TokenView[] =>
  yard.store.mail.tokens().map((token) => toView(yard, token))

/** By id, else by name; of several of a name the one that holds, else the latest. One that is revoked already stays so. */
export async function revokeToken(
  yard: TokenYard,
  { id, commandId }: { readonly id: string; readonly commandId?: string | undefined },
  by: Actor,
): Promise<Result<TokenView, Failure>> {
  const find = (): AccessToken | undefined => {
    const all = yard.store.mail.tokens()
    const named = all.filter(({ name }) => name === id)
    return (
      all.find((token) => token.id === id) ??
      named.find(({ revokedAt }) => revokedAt === null) ??
      named.at(-1)
    )
  }
  const token = find()
  if (!token) {
    const near = nearMatch(
      id,
      [...yard.plan.tokens.values()].map(({ name }) => name),
    )
    const hint = near === null ? '`yard token list` shows them' : `did you mean ${near}?`
    return fail('unknown-token', `there is no token ${id}`, { hint, facts: { id } })
  }
  const reply = await yard.dispatch({ type: 'token.revoke', id: token.id }, by, commandId)
  return reply.ok ? ok(toView(yard, find() ?? token)) : reply
}

function toView({ store }: TokenYard, token: AccessToken): TokenView {
  const { id, name, kind, names, roles, repos, hint } = token
  return {
    id,
    name,
    kind,
    scope: { names, roles, repos },
    hint,
    createdAt: isoTime(token.createdAt),
    expiresAt: isoOrNull(token.expiresAt),
    lastUsedAt: isoOrNull(store.mail.tokenUsedAt(id)),
    revokedAt: isoOrNull(token.revokedAt),
  }
}

const DAY_MS = 86_400_000
const MAX_LIFE_MS = 3653 * DAY_MS

function scopeOf(
  { name, kind, as = [], roles = [], repos = [], expires }: Omit<TokenInput, 'commandId'>,
  by: Actor,
): Result<Scope, Failure> {
  const foreign = kind === 'member' ? { roles, repos } : { as }
  const [field] = Object.entries(foreign).flatMap(([key, list]) => (list.length > 0 ? [key] : []))
  if (field !== undefined)
    return fail('bad-request', `${field}: a ${kind} token has none`, {
      hint: 'a member token acts for names, a daemon token takes work of roles and repositories',
      facts: { field },
    })
  const life =
    expires === 'never'
      ? ok(null)
      : durationOf('expires', expires, { min: 60_000, max: MAX_LIFE_MS })
  if (!life.ok) return life
  return ok({
    name,
    kind,
    names: as,
    roles,
    repos,
    tokenLifeMs: life.value,
    createdBy: nameOf(by),
  })
}

function durationOf(
  field: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): Result<number, Failure> {
  const ms = parseDuration(text)
  if (ms !== null && ms >= min && ms <= max) return ok(ms)
  return fail('bad-request', `${field}: ${JSON.stringify(text)} is no duration that it can have`, {
    hint:
      field === 'ttl' ? 'from 1s to 1d, such as 10m' : 'from 1m to 10 years, such as 90d, or never',
    facts: { field },
  })
}

/** Where other machines reach this yard: as its host says, else as the settings will have it when one runs. */
async function reachableAt(
  yard: TokenYard,
): Promise<Result<{ readonly url: string; readonly pin: string | null }, Failure>> {
  const { listen, tls } = yard.config().settings.fleet
  const state = yard.fleet.endpoint()
  if (state?.url) return ok({ url: state.url, pin: state.pin })
  if (listen === null)
    return fail('wrong-state', 'this yard has no endpoint for other machines', {
      hint: 'yard config fleet.listen 0.0.0.0:7443 opens one',
    })
  if (state?.problem) return fail('wrong-state', state.problem)
  const address = parseListen(listen)
  if (yard.host !== 'command' || address.port === 0)
    return fail('not-running', 'no host serves other machines now', {
      hint: 'start one with `yard service start`; a yard that was made elsewhere needs `yard trust` first',
    })
  const { root, service } = yard.paths
  const certificate = await loadCertificate(tls, { root, file: service.doorKey, now: yard.now() })
  if (!certificate.ok) return certificate
  const url = advertisedUrl(address, certificate.value !== null)
  return ok({ url, pin: certificate.value?.pin ?? null })
}

const isNamed = ({ plan }: Pick<Yard, 'plan'>, name: string): boolean =>
  plan.tokens.values().some((token) => token.name === name)

const taken = (name: string): Failure =>
  failure('id-taken', `there is a token ${name} already`, {
    hint: `yard token revoke ${name} ends it`,
    facts: { name },
  })

const unsaved = ({ paths }: Pick<Yard, 'paths'>, error: unknown): Failure =>
  failure('io', `${paths.service.invites} cannot be written: ${errorText(error)}`, {
    hint: 'is the disk full? the code is still good',
  })
