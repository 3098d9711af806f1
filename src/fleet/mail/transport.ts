/** The way of mail to other machines. One of a kind is open at a time; who calls it gives what it sends, and takes what it brings. */
import type { Result } from '../../base/result.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Peer } from '../../domain/messages/peer.ts'
import type { Envelope } from './envelope.ts'

/** One message for one machine. */
export interface Outgoing {
  readonly machine: string
  readonly envelope: Envelope
}

/** What one look at a machine has brought. Its messages are taken before `cursor` is kept, so each comes at least once. */
export interface Incoming {
  readonly machine: string
  /** Its public key, where it is known by one; it is pinned at first sight. */
  readonly key: string | null
  readonly cursor: string | null
  /** Names of its members; null = it has not said. */
  readonly members: readonly string[] | null
  readonly envelopes: readonly Envelope[]
  /** Why each of those that were not accepted was not. */
  readonly refused: readonly string[]
}

export interface PeerSight {
  readonly machine: string
  /** When something of it was last seen, ms; null = never. */
  readonly seenAt: number | null
  /** Why its mail cannot be read now. */
  readonly problem: string | null
}

export interface MailTransport {
  /**
   * Resolves with those that the other side, or what lies between, holds for good. One that is sent twice has one effect. A failure is
   * that of all; `facts.retryAfterSec` is honoured.
   */
  send(all: readonly Outgoing[], signal: AbortSignal): Promise<Result<readonly Outgoing[], Failure>>
  /** What has come since the cursors. Called again after `pollMs`, and after `onArrival`. */
  receive(
    peers: ReadonlyMap<string, Peer>,
    signal: AbortSignal,
  ): Promise<Result<readonly Incoming[], Failure>>
  /** These were taken and are stored here. */
  taken(envelopes: readonly Envelope[], signal: AbortSignal): Promise<void>
  /** ms; null = only after `onArrival`. */
  readonly pollMs: number | null
  /** `isBack`: the way had been closed, and is open again. */
  onArrival(listener: (isBack: boolean) => void): () => void
  sights(): readonly PeerSight[]
  /** Drops what is older than that, ms since 1970, where this machine may; gives how much, for people. */
  compact(before: number, signal: AbortSignal): Promise<Result<string, Failure>>
  close(): Promise<void>
}
