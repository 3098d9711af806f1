/** Mail to a task whose end comes before an agent of it has read it: given up, and told to who sent it. */
import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/domain/command.ts'
import type { Message } from '../../../src/domain/messages/message.ts'
import { BAD, mailBench, type MailBench, messageAt, sendingTo } from '../../support/mail.ts'
import { createBench, taskId } from '../../support/plan-builder.ts'

const id = taskId('t')
const rest = { agentId: null, generation: null, nextFireAt: null }
const complete: Command = { type: 'task.complete', id, ...rest, artifacts: [], force: true }

const yard = (): MailBench => {
  const mail = mailBench(createBench(), 'front')
  mail.bench.add('t', { exec: null })
  return mail
}
/** What became of it, whom the yard has told of that, and what still waits for the task. */
const endOf = (mail: MailBench, message: Message) => ({
  ...mail.delivery(message),
  told: mail.told().map(({ to, replyTo }) => [to[0], replyTo]),
  left: mail.bench.plan.deliveriesTo('task:t').size,
})
const deadOf = (message: Message, why: string) => ({
  tries: 0,
  state: { kind: 'dead', reason: expect.stringContaining(why) },
  told: [['front', message.id]],
  left: 0,
})

describe('what waits for a task', () => {
  it.each<[string, Command, string]>([
    ['done by a person', complete, 'task t is done'],
    ['abandoned', { type: 'task.abandon', id, withDependents: false }, 'task t is abandoned'],
    ['removed', { type: 'task.remove', id }, 'task t was removed'],
    ['removed with others', { type: 'tasks.remove', ids: [id], dependents: 'release' }, 'removed'],
  ])('is dead when the task is %s, and its sender is told', (_how, command, why) => {
    const mail = yard()
    const message = mail.send('task:t', 'one', { from: 'front' })
    mail.events(command)
    expect(endOf(mail, message)).toMatchObject(deadOf(message, why))
  })

  it('is dead when its agent ends done without having seen it; what it took is closed', () => {
    const mail = yard()
    const taken = mail.send('task:t', 'one', { from: 'front' })
    mail.claim('t', 1)
    const late = mail.send('task:t', 'two', { from: 'front' })
    mail.end(1)
    expect(mail.delivery(taken)?.state).toMatchObject({ kind: 'closed', how: 'handled' })
    expect(endOf(mail, late)).toMatchObject(deadOf(late, 'task t is done'))
  })

  it('is dead when the task was settled while its agent had it, as soon as that has ended', () => {
    const mail = yard()
    const message = mail.send('task:t', 'one', { from: 'front' })
    mail.claim('t', 1)
    mail.events(complete)
    expect(mail.delivery(message)?.state.kind).toBe('taken')
    mail.end(1, { exit: { code: null, signal: 'SIGTERM' } })
    expect(endOf(mail, message)).toMatchObject(deadOf(message, 'task t is done'))
  })

  it('stays where the task has failed: its next try reads it', () => {
    const mail = yard()
    mail.bench.add('u', { exec: null, maxAttempts: 1 })
    const message = mail.send('task:u', 'one', { from: 'front' })
    mail.claim('u', 1)
    mail.end(1, BAD)
    expect(mail.state('u')).toMatchObject({ kind: 'failed' })
    expect(mail.delivery(message)?.state.kind).toBe('waiting')
    mail.events({ type: 'task.retry', id: taskId('u'), fresh: false })
    mail.bench.at += 3_600_000
    mail.claim('u', 2)
    expect(mail.heldBy(2)).toEqual(['one'])
    mail.end(2)
    expect(mail.delivery(message)?.state.kind).toBe('closed')
  })

  it('is refused, or sent anew to nobody, once the task has ended', () => {
    const mail = yard()
    const message = mail.send('task:t', 'one', { from: 'front' })
    mail.events(complete)
    const dead = [mail.delivery(message)].flatMap((one) => one ?? [])
    const sending = sendingTo(['task:t'], messageAt(mail.bench.at, 'two'))
    const again = { id: message.id, how: 'retry', dead, again: sending } as const
    for (const command of [
      { type: 'message.send', ...sending } as const,
      { type: 'message.settleDead', ...again } as const,
    ])
      expect(mail.bench.run(command)).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
  })

  it('of a task that ends by the same is told to nobody', () => {
    const mail = yard()
    mail.bench.add('u', { exec: null, after: [id] })
    const message = mail.send('task:u', 'one', { from: 'task:t' })
    mail.events({ type: 'task.abandon', id, withDependents: true })
    expect(mail.delivery(message)?.state.kind).toBe('dead')
    expect(mail.told()).toEqual([])
  })
})
