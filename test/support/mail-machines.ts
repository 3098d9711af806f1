/** Machines that exchange mail over one remote in memory. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import type { Result } from '../../src/base/result.ts'
import { derivedMessageId } from '../../src/domain/messages/derived-id.ts'
import type { Peer } from '../../src/domain/messages/peer.ts'
import { type Envelope, envelopeOf, machineOf } from '../../src/fleet/mail/envelope.ts'
import { createGitMail } from '../../src/fleet/mail/git/git-mail.ts'
import { loadSigner, type Signer } from '../../src/fleet/mail/git/signed-file.ts'
import type { Incoming, MailTransport, Outgoing } from '../../src/fleet/mail/transport.ts'
import { messageAt } from './mail.ts'
import type { ManualClock } from './manual-clock.ts'
import { createMemoryGit, type MemoryGit, type MemoryRemote } from './memory-mail-git.ts'

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'yard-mail-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function must<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

export const signerOf = (folder = tempFolder()): Signer => must(loadSigner(join(folder, 'key.pem')))

export interface Machine {
  readonly name: string
  readonly git: MemoryGit
  readonly mail: MailTransport
  readonly signer: Signer
  readonly quarantine: string
  /** As a plan keeps them. */
  readonly peers: Map<string, Peer>
  send(...messages: Envelope[]): ReturnType<MailTransport['send']>
  /** One look, kept as a plan keeps it. */
  receive(): Promise<readonly Incoming[]>
}

const signal = new AbortController().signal

export function machineOn(
  remote: MemoryRemote,
  name: string,
  {
    clock,
    members = [],
    signer = signerOf(),
  }: {
    readonly clock: ManualClock
    readonly members?: readonly string[]
    readonly signer?: Signer
  },
): Machine {
  const git = createMemoryGit(remote, name)
  const quarantine = join(tempFolder(), 'quarantine')
  const mail = createGitMail({
    git,
    signer,
    machine: name,
    members,
    where: `yard/mail/${name} on origin`,
    quarantine,
    pollMs: 10_000,
    clock,
    log: silentLog,
  })
  const peers = new Map<string, Peer>()
  return {
    name,
    git,
    mail,
    signer,
    quarantine,
    peers,
    send: (...messages) => mail.send(messages.map(outgoing), signal),
    async receive() {
      const all = must(await mail.receive(peers, signal))
      for (const each of all) keep(peers, each, clock.now())
      return all
    },
  }
}

const outgoing = (envelope: Envelope): Outgoing => ({
  machine: machineOf(envelope.to[0] ?? ''),
  envelope,
})

const UNKNOWN = { key: '', refused: 0, lastRefusal: null } as const

function keep(peers: Map<string, Peer>, each: Incoming, at: number): void {
  const { machine, cursor, refused } = each
  const known: Peer = peers.get(machine) ?? {
    ...UNKNOWN,
    id: machine,
    pinnedAt: at,
    members: [],
    cursor: null,
  }
  peers.set(machine, {
    ...known,
    cursor,
    key: known.key === '' ? (each.key ?? '') : known.key,
    members: [...(each.members ?? known.members)],
    refused: known.refused + refused.length,
    lastRefusal: refused.at(-1) ?? known.lastRefusal,
  })
}

/** A message from one address to another, made at that time. */
export function letter(from: string, to: string, text: string, at: number): Envelope {
  const message = {
    ...messageAt(at, text),
    id: derivedMessageId(at, `${from} ${to} ${text}`),
    from,
  }
  return envelopeOf(message, [to], machineOf(from))
}

export const textsOf = (all: readonly Incoming[]): string[] =>
  all.flatMap(({ envelopes }) => envelopes.map(({ text }) => text))
