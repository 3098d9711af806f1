/** What is sent about messages, members, jobs, the way to other machines and their tokens. */
import type { YardClient } from '../../model/session/link.ts'
import type { SendCommand } from '../../model/session/session.ts'

type Input<K extends 'message' | 'token', P extends keyof YardClient[K]> = Omit<
  Parameters<Extract<YardClient[K][P], (...input: never[]) => unknown>>[0],
  'commandId'
>

const command = <T>(send: SendCommand<T>): SendCommand<T> => send

export const sendMessage = (input: Input<'message', 'send'>) =>
  command(({ message }, commandId) => message.send({ ...input, commandId }))

/** Closes what it answers. */
export const replyTo = (input: Input<'message', 'reply'>) =>
  command(({ message }, commandId) => message.reply({ ...input, commandId }))

/** `recipient`: whose delivery of it is closed. */
export const acknowledge = (id: string, recipient: string) =>
  command(({ message }, commandId) => message.ack({ id, for: recipient, commandId }))

/** A dead one, under a new id. */
export const retryMessage = (id: string) =>
  command(({ message }, commandId) => message.retry({ id, commandId }))

export const dropMessage = (id: string) =>
  command(({ message }, commandId) => message.drop({ id, commandId }))

export const wakeMember = (name: string) =>
  command(({ member }, commandId) => member.wake({ name, commandId }))

export const pauseMember = (name: string) =>
  command(({ member }, commandId) => member.pause({ name, commandId }))

export const resumeMember = (name: string) =>
  command(({ member }, commandId) => member.resume({ name, commandId }))

export const runJob = (name: string) =>
  command(({ job }, commandId) => job.run({ name, commandId }))

/** Ends a member's turn; the member is paused then. */
export const endTurn = (id: string) =>
  command(({ agent }, commandId) => agent.kill({ id, commandId }))

/** Sends and receives what is for and from other machines, now. */
export const syncMail = command(({ transport }, commandId) => transport.sync({ commandId }))

export const createToken = (input: Input<'token', 'create'>) =>
  command(({ token }, commandId) => token.create({ ...input, commandId }))

export const inviteMachine = (input: Input<'token', 'invite'>) =>
  command(({ token }, commandId) => token.invite({ ...input, commandId }))

export const revokeToken = (id: string) =>
  command(({ token }, commandId) => token.revoke({ id, commandId }))
