/** Messages from the command line: what is sent, shown, answered and closed, and with which exit code what is refused. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MessageView } from '../../../../src/contract/message.ts'
import { BAD, MAIL, messageAt, sendingTo, syncCommand } from '../../../support/mail.ts'
import { claimOf, COORDINATOR, endCommand } from '../../../support/plan-builder.ts'
import { recordInto } from '../../../support/recorded-evaluations.ts'
import { START_AT } from '../../../support/manual-clock.ts'
import { openTestYard, type Ended, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeAll(async () => {
  test = await openTestYard()
  for (const name of ['back-end', 'front-end']) await yard('member', 'add', name)
  await yard('member', 'add', 'anna', '--person')
  await yard('add', 'Write the docs', '--id', 'docs', '--exec', 'true', '--paused')
})
afterAll(() => test.close())

const yard = (...words: string[]): Promise<Ended> => test.yard(words)
const json = <T>(...words: string[]): Promise<T> => test.json(words) as Promise<T>
const send = (...words: string[]): Promise<MessageView> =>
  json<MessageView>('msg', 'send', ...words)
const stateOf = async (id: string, recipient: string) =>
  (await json<MessageView>('msg', 'read', id)).deliveries.find(
    (delivery) => delivery.recipient === recipient,
  )

describe('yard msg', { timeout: 120_000 }, () => {
  it('prints the id of what is sent, and reading it changes nothing', async () => {
    const sent = await yard('msg', 'send', 'back-end,front-end', 'The schema is there')
    expect(sent).toMatchObject({ code: 0, out: expect.stringMatching(/^[0-9A-Z]{26}\n$/) })
    const id = sent.out.trim()
    const expected = {
      id,
      kind: 'message',
      priority: 'normal',
      hops: 0,
      to: ['back-end', 'front-end'],
    }
    for (let i = 0; i < 2; i += 1)
      expect(await json('msg', 'read', id)).toMatchObject({
        ...expected,
        deliveries: [
          { recipient: 'back-end', state: 'waiting', tries: 0 },
          { recipient: 'front-end', state: 'waiting', tries: 0 },
        ],
      })
    expect((await yard('msg', 'read', id)).out).toContain('The schema is there')
    const open = await json<MessageView[]>('msg', 'list', 'back-end', '--open')
    expect(open.map((message) => message.id)).toEqual([id])
  })

  it('says what it is about, of which kind, to whom, and reads a long one from stdin', async () => {
    const { out } = await test.yard(['msg', 'send', 'task:docs', '-', '--task', 'docs', '--json'], {
      stdin: `${'x'.repeat(20_000)}\n`,
    })
    expect(JSON.parse(out)).toMatchObject({
      task: 'docs',
      text: 'x'.repeat(20_000),
      deliveries: [{ recipient: 'task:docs', recipientKind: 'task' }],
    })
    expect(await send('anna', 'Which?', '--kind', 'question', '--new')).toMatchObject({
      kind: 'question',
      conversation: 'new',
      deliveries: [{ recipient: 'anna', recipientKind: 'person' }],
    })
    const all = await send('all', 'hello', '--priority', 'urgent')
    expect(all.deliveries.map(({ recipient }) => recipient).toSorted()).toEqual([
      ...['anna', 'back-end', 'front-end'],
    ])
    const questions = await json<MessageView[]>('msg', 'list', '--kind', 'question', '--limit', '1')
    expect(questions).toMatchObject([{ text: 'Which?' }])
  })

  it.each([
    ['an unknown name', ['send', 'backend', 'x'], 3, 'back-end'],
    ['an unknown task', ['send', 'task:doc', 'x'], 3, 'docs'],
    ['an unknown message', ['read', '01ARZ3NDEKTSV4RRFFQ69G5FAV'], 3, 'msg list'],
    ['what is no id', ['read', 'x'], 3, 'msg list'],
    ['the list of an unknown name', ['list', 'backend'], 3, 'back-end'],
    ['an empty text', ['send', 'back-end', ' '], 2, 'quotes'],
    ['a text that is too long', ['send', 'back-end', 'x'.repeat(20_001)], 2, '20,000'],
    ['a kind that there is not', ['send', 'back-end', 'x', '--kind', 'order'], 2, 'delegation'],
    ['new and resume', ['send', 'back-end', 'x', '--new', '--resume'], 2, '--resume'],
    ['a review of nothing', ['send', 'back-end', 'x', '--kind', 'review'], 2, '--task'],
    ['an agent that there never was', ['send', 'agent-9', 'x'], 3, 'yard ps'],
    ['another machine', ['send', 'bob@laptop', 'x'], 2, 'transport.type'],
    ['ack without a message', ['ack'], 2, 'msg list'],
    ['ack of all for nobody', ['ack', '--all'], 2, '--for'],
  ])('refuses %s', async (_what, words, code, says) => {
    const { code: ended, err } = await yard('msg', ...words)
    expect({ ended, err }).toEqual({ ended: code, err: expect.stringContaining(says) })
  })

  it('closes with a reply, which reaches who asked, and with ack; what is not open is refused', async () => {
    const asked = await send('anna', 'Which one?', '--kind', 'question')
    const reply = await json<MessageView>('msg', 'reply', asked.id, 'The blue one')
    expect(reply).toMatchObject({ replyTo: asked.id, kind: 'message' })
    expect(await stateOf(asked.id, 'anna')).toMatchObject({ state: 'closed', how: 'replied' })
    for (const words of [
      ['reply', asked.id, 'again'],
      ['ack', asked.id],
    ])
      expect(await yard('msg', ...words)).toMatchObject({
        code: 4,
        err: expect.stringContaining('is not open'),
      })
    const [first, open] = [await send('anna', 'one'), await send('anna', 'two')]
    await yard('msg', 'ack', first.id)
    expect((await yard('msg', 'ack', first.id, open.id)).code).toBe(4)
    expect(await stateOf(open.id, 'anna')).toMatchObject({ state: 'closed' })
    const two = await send('back-end,front-end', 'both')
    expect(await yard('msg', 'ack', two.id, '--for', 'back-end')).toMatchObject({ code: 0 })
    expect(await stateOf(two.id, 'front-end')).toMatchObject({ state: 'waiting' })
    expect((await yard('msg', 'ack', two.id, '--for', 'back-end')).code).toBe(4)
    expect((await yard('msg', 'list', 'back-end', '--limit', '1')).out).toContain('acked, waiting')
    for (const id of [two.id.toLowerCase(), two.id.slice(-6), two.id.slice(-6).toLowerCase()])
      expect(await json('msg', 'read', id)).toMatchObject({ id: two.id })
    expect(await json('msg', 'ack', '--all', '--for', 'front-end')).toContain(two.id)
    expect(await json('msg', 'list', 'front-end', '--open')).toEqual([])
    expect(await json('msg', 'ack', '--all', '--for', 'front-end')).toEqual([])
  })

  it('lists what is about a task, and shows the changes of a review', async () => {
    const about = await send('anna', 'about it', '--task', 'docs')
    const listed = await json<MessageView[]>('msg', 'list', 'docs')
    expect(listed.map(({ id }) => id)).toContain(about.id)
    const review = messageAt(START_AT, 'look', { kind: 'review', diff: '+one line' })
    await recordInto(
      join(test.folder, '.yard/yard.db'),
      (recorder) =>
        void recorder.run(
          { type: 'message.send', ...sendingTo(['back-end'], review) },
          COORDINATOR,
        ),
    )
    expect((await yard('msg', 'read', review.id)).out).toMatch(/look\n\n\+one line\n$/)
  })

  it('lists what is dead with its reason, sends it anew under another id, or drops it', async () => {
    const texts = ['first', 'second']
    const messages = texts.map((text, i) => messageAt(START_AT + i, text))
    await recordInto(join(test.folder, '.yard/yard.db'), (recorder) => {
      recorder.run(syncCommand('back-end', 'front-end', 'doomed'), COORDINATOR)
      for (const message of messages)
        recorder.run({ type: 'message.send', ...sendingTo(['doomed'], message) }, COORDINATOR)
      const claims = [claimOf('@doomed', 70)]
      recorder.run({ type: 'agents.claim', claims }, COORDINATOR)
      const mail = { ...MAIL, tries: 1 }
      recorder.run(endCommand(70, 1, BAD, { mail }), COORDINATOR)
    })
    const dead = await json<MessageView[]>('msg', 'dead')
    expect(dead.map(({ text }) => text)).toEqual(['second', 'first'])
    expect(dead[0]?.deliveries).toMatchObject([
      { state: 'dead', reason: expect.stringContaining('1') },
    ])
    for (const words of [['dead'], ['list', '--dead']])
      expect((await yard('msg', ...words)).out).toContain(dead[0]?.deliveries[0]?.reason)
    const [one = '', two = ''] = messages.map(({ id }) => id)
    // Where it should go is gone.
    expect((await yard('msg', 'dead', '--retry', one)).code).toBe(3)
    expect((await yard('member', 'add', 'doomed', '--executor', 'shell')).code).toBe(0)
    const again = await json<MessageView>('msg', 'dead', '--retry', one)
    expect(again).toMatchObject({ text: 'first', deliveries: [{ state: 'waiting', tries: 0 }] })
    expect(again.id).not.toBe(one)
    expect((await yard('msg', 'dead', '--drop', two)).code).toBe(0)
    expect(await json('msg', 'dead')).toEqual([])
    expect(await stateOf(one, 'doomed')).toMatchObject({ state: 'closed', how: 'dropped' })
    for (const verb of ['--retry', '--drop'])
      expect((await yard('msg', 'dead', verb, two)).code).toBe(4)
  })
})
