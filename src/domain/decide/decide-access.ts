/** Tokens of other machines, and the machines that mail comes from. */
import type { Event } from '../event.ts'
import { failure } from '../failure.ts'
import { decided, type Deciders, noOp, refused } from './decision.ts'

export const accessDeciders: Deciders<'token.make' | 'token.revoke' | 'peer.pin' | 'peer.read'> = {
  'token.make'({ tokens }, { token }, { at }) {
    const isTaken = [...tokens.values()].some(({ name }) => name === token.name)
    if (isTaken)
      return refused(
        failure('id-taken', `there is a token ${token.name} already`, {
          hint: `yard token revoke ${token.name} ends it`,
          facts: { name: token.name },
        }),
      )
    return decided([token.id], { type: 'token.made', at, token })
  },

  'token.revoke': ({ tokens }, { id }, { at }) =>
    tokens.has(id) ? decided([id], { type: 'token.revoked', at, id }) : noOp(id),

  /** The first key of a machine stays its key. */
  'peer.pin': ({ peers }, { peer }, { at }) =>
    peers.has(peer.id) ? noOp(peer.id) : decided([peer.id], { type: 'peer.pinned', at, peer }),

  'peer.read'({ peers }, { id, cursor, members, refused: reasons }, { at }) {
    if (!peers.has(id)) return noOp(id)
    const refusals = reasons.map((reason): Event => ({ type: 'peer.refused', at, id, reason }))
    return decided([id], ...refusals, { type: 'peer.read', at, id, cursor, members })
  },
}
