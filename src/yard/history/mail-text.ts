/** What became of messages, of the turns of members, of jobs and of tokens. */
import { clockTime } from '../views/iso-time.ts'
import { numberOf, part, type RowReader, textOf } from './row-fields.ts'

const recipientOf = (id: string): string => id.slice(id.indexOf('>') + 1)
const messageOf = (id: string): string => id.slice(0, id.indexOf('>'))

export const MAIL_TELLERS: Readonly<Record<string, RowReader>> = {
  'task.woken': ({ set }, { now }) => {
    const until = numberOf(part(set['state'], 'notBefore'))
    const when = until === null ? '' : ` at ${clockTime(until, now)}`
    return {
      text: `Its member takes a turn${when}`,
      state: until === null ? 'ready' : 'delayed',
      until,
    }
  },
  'task.delegated': () => ({ text: 'A message asks for it: who sent that is told of its end' }),
  'task.delegationTold': () => ({ text: 'Who asked for it was told of its end' }),
  'task.escalated': () => ({
    text: 'It fails again and again in the same way: somebody was asked',
  }),
  'message.sent': ({ entity, id, set }) => ({
    text:
      entity === 'message'
        ? `${textOf(set['from']) ?? 'Somebody'} sent ${id}`
        : `${messageOf(id)} waits for ${recipientOf(id)}`,
  }),
  'delivery.taken': ({ id, set }) => {
    const agent = textOf(part(set['state'], 'agentId'))
    return { text: `${agent ?? recipientOf(id)} was handed ${messageOf(id)}`, agent }
  },
  'delivery.returned': ({ id, set }) => ({
    text: `${messageOf(id)} waits again for ${recipientOf(id)}${because(set['lastReason'])}`,
  }),
  'delivery.closed': ({ id, set }) => ({
    text: `${messageOf(id)} to ${recipientOf(id)} is ${textOf(part(set['state'], 'how')) ?? 'closed'}`,
  }),
  'delivery.died': ({ id, set }) => ({
    text: `${messageOf(id)} to ${recipientOf(id)} was given up${because(set['lastReason'])}`,
  }),
  'delivery.noticed': ({ id }) => ({ text: `${recipientOf(id)} was reminded of ${messageOf(id)}` }),
  'delivery.timed': ({ id }) => ({
    text: `When ${recipientOf(id)} is to have ${messageOf(id)} was set anew`,
  }),
  'job.fired': ({ set }) => ({
    text: `Job ${textOf(set['job']) ?? ''} ${set['messageId'] === null ? 'was skipped' : 'fired'}`,
  }),
  'job.ended': ({ id, set }) => ({
    text: `Job ${id} ended: ${textOf(set['outcome']) ?? ''}${because(set['reason'])}`,
  }),
  'token.made': ({ set }) => ({ text: `Token ${textOf(set['name']) ?? ''} was made` }),
  'token.revoked': ({ id }) => ({ text: `Token ${id} was revoked` }),
  'peer.pinned': ({ id }) => ({ text: `The key of ${id} was seen for the first time` }),
  'peer.read': ({ id }) => ({ text: `The mail of ${id} was read` }),
  'peer.refused': ({ id, set }) => ({
    text: `Mail of ${id} was not accepted${because(set['lastRefusal'])}`,
  }),
}

function because(reason: unknown): string {
  const text = textOf(reason)
  return text === null ? '' : `: ${text}`
}
