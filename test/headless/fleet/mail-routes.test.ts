/** The mail of other machines over the endpoint of a real yard: who may send and read what, and what is sent once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Envelope, MAX_ENVELOPE_BYTES } from '../../../src/fleet/mail/envelope.ts'
import { postedSchema } from '../../../src/fleet/mail/hub/hub-wire.ts'
import { envelope, openHubBench, type HubBench } from '../../fleet/mail/hub-bench.ts'
import { createSeededRandom } from '../../support/seeded-random.ts'
import { asAgent, claimOf, COORDINATOR } from '../../support/plan-builder.ts'
import { failureOf } from '../../yard/page-client.ts'

const MAIL = '/api/fleet/mail'

let hub: HubBench
let ben: string
beforeEach(async () => {
  hub = await openHubBench()
  ben = await hub.token('ben', 'back')
})
afterEach(() => hub.close())

const textsFor = async (to: string): Promise<string[]> =>
  (await hub.client.message.list({ to, limit: 100 })).map(({ text }) => text)
const stateOf = async (id: string) =>
  (await hub.client.message.get({ id })).deliveries.map(({ recipient, state, how }) => ({
    recipient,
    state,
    how,
  }))

describe('sending to a hub', () => {
  it('makes a message of its yard under the name of the sender, and wakes the member', async () => {
    const sent = envelope({ hops: 3 })
    const answer = await hub.post(ben, sent)
    expect([answer.status, answer.json]).toEqual([201, { id: sent.id }])
    const message = await hub.client.message.get({ id: sent.id })
    expect(message).toMatchObject({ from: 'back@ben', to: ['dev'], hops: 3, text: sent.text })
    expect(message.deliveries).toMatchObject([{ recipient: 'dev', recipientKind: 'member' }])
  })

  it('has one effect for one id, however often and at once it comes', async () => {
    const sent = envelope()
    const all = await Promise.all(Array.from({ length: 8 }, () => hub.post(ben, sent)))
    expect(all.map(({ status }) => status).filter((status) => status > 201)).toEqual([])
    expect(await hub.post(ben, { ...sent, text: 'Another' })).toMatchObject({ status: 200 })
    expect(await textsFor('dev')).toEqual([sent.text])
  })

  it('gives those who were not named the first time the same, once', async () => {
    const sent = envelope()
    const carl = await hub.token('carl', 'ops')
    await hub.post(ben, sent)
    const more = { ...sent, to: ['dev@anna', 'ops@carl'] }
    expect(await hub.post(ben, more)).toMatchObject({ status: 201, json: { id: sent.id } })
    expect(await hub.post(ben, more)).toMatchObject({ status: 200 })
    expect(await textsFor('dev')).toEqual([sent.text])
    const { json } = await hub.call(MAIL, carl)
    expect(json.messages).toMatchObject([{ from: 'back@ben', to: ['ops@carl'], text: sent.text }])
  })

  it('does not take the id of a message of somebody else', async () => {
    const id = await hub.send('dev', 'Of the hub')
    expect(await hub.post(ben, envelope({ id }))).toMatchObject({ status: 409 })
    expect(await textsFor('dev')).toEqual(['Of the hub'])
  })

  it('finds bare names, and fills in the sender’s machine', async () => {
    const carl = await hub.token('carl', 'ops')
    expect(await hub.post(ben, envelope({ from: 'back', to: ['dev', 'ops'] }))).toMatchObject({
      status: 201,
    })
    expect(await textsFor('dev')).toHaveLength(1)
    const { json } = await hub.call(MAIL, carl)
    expect(json.messages).toMatchObject([{ from: 'back@ben', to: ['ops@carl'] }])
  })

  it.each([
    ['an unknown member', 'nobody@anna', 404],
    ['an unknown machine', 'dev@elsewhere', 404],
    ['a name that a token does not act for', 'front@ben', 404],
    ['all', 'all@anna', 404],
    ['all, barely', 'all', 404],
    ['an agent', 'agent-1@anna', 404],
    ['an unknown task', 'task:none@anna', 404],
  ])('says 404 for %s, and stores nothing', async (_what, to, status) => {
    const sent = envelope({ to: [to] })
    expect((await hub.post(ben, sent)).status).toBe(status)
    expect(await failureOf(hub.client.message.get({ id: sent.id }))).toMatchObject({
      kind: 'unknown-message',
    })
  })

  it.each([
    ['another name of its machine', 'front@ben'],
    ['its name at another machine', 'back@carl'],
    ['a member of the hub', 'dev@anna'],
    ['another bare name', 'dev'],
  ])('refuses %s as a sender: 403', async (_what, from) => {
    expect(await hub.post(ben, envelope({ from }))).toMatchObject({ status: 403 })
    expect(await textsFor('dev')).toEqual([])
  })

  it('refuses the tokens of daemons, and of machines without a name for mail: 403', async () => {
    const { token } = await hub.client.token.create({ name: 'worker', kind: 'daemon' })
    for (const bad of [token, await hub.token('Ben_2'), await hub.token('anna')]) {
      expect(await hub.post(bad, envelope())).toMatchObject({ status: 403 })
      expect(await hub.call(MAIL, bad)).toMatchObject({ status: 403 })
    }
  })

  it('needs the id as the Idempotency-Key: 400', async () => {
    const body = envelope()
    for (const headers of [{}, { 'idempotency-key': envelope().id }])
      expect(await hub.call(MAIL, ben, { method: 'POST', body, headers })).toMatchObject({
        status: 400,
      })
  })

  it('says 413 for more than 64 kB, told or found', async () => {
    const large = { ...envelope(), text: 'x'.repeat(MAX_ENVELOPE_BYTES) }
    expect(await hub.post(ben, large)).toMatchObject({ status: 413 })
    const headers = { 'transfer-encoding': 'chunked', 'idempotency-key': large.id }
    const body = JSON.stringify(large)
    expect(await hub.call(MAIL, ben, { method: 'POST', headers, body })).toMatchObject({
      status: 413,
    })
    expect(await hub.post(ben, envelope())).toMatchObject({ status: 201 })
  })

  it('stands 10,000 malformed bodies', { timeout: 180_000 }, async () => {
    const random = createSeededRandom(13)
    for (let n = 0; n < 10_000; n += 50) {
      hub.clock.advance(5000)
      const bodies = Array.from({ length: 50 }, () => malformed(random))
      const answers = await Promise.all(
        bodies.map(({ id, body }) =>
          hub.call(MAIL, ben, { method: 'POST', headers: { 'idempotency-key': id }, body }),
        ),
      )
      const taken = answers.findIndex(({ status }) => status !== 400)
      expect([taken, bodies[taken]?.body]).toEqual([-1, undefined])
    }
    expect(await textsFor('dev')).toEqual([])
    expect(await hub.post(ben, envelope())).toMatchObject({ status: 201 })
  })
})

type Random = ReturnType<typeof createSeededRandom>

/** Text, or what is nearly a message under its own id. */
function malformed(random: Random): { id: string; body: string } {
  const whole = envelope()
  const { id } = whole
  const text = JSON.stringify(whole)
  const kind = random.int(0, 4)
  if (kind === 0) return { id, body: text.slice(0, random.int(0, text.length - 1)) }
  if (kind === 1) {
    const bytes = Array.from({ length: random.int(0, 300) }, () => random.int(0, 255))
    return { id, body: Buffer.from(bytes).toString('latin1') }
  }
  if (kind === 2) return { id, body: '['.repeat(random.int(1, 5000)) }
  const value: unknown = random.pick([null, 7, -1, [], {}, '', 'x'.repeat(30_000), '\ud800', true])
  const field = kind === 3 ? random.pick(Object.keys(whole)) : `more${random.int(0, 9)}`
  const made = { ...whole, [field]: value }
  const isWhole = postedSchema.safeParse(made).success
  return isWhole ? malformed(random) : { id, body: JSON.stringify(made) }
}

describe('mail for a machine', () => {
  it('waits in the hub until it is acknowledged', async () => {
    const id = await hub.send('back@ben', 'Hello')
    expect(await stateOf(id)).toMatchObject([{ recipient: 'back@ben', state: 'waiting' }])
    const first = await hub.call(MAIL, ben)
    expect(first.json).toMatchObject({
      hub: { machine: 'anna', you: 'ben', members: ['dev'], machines: {} },
      messages: [{ id, from: 'ada@anna', to: ['back@ben'], text: 'Hello' }],
    })
    expect((await hub.call(`${MAIL}?after=${first.json.next}`, ben)).json).toMatchObject({
      messages: [],
      next: first.json.next,
    })
    for (let n = 0; n < 2; n += 1)
      expect(await hub.call(`${MAIL}/${id}/ack`, ben, { method: 'POST' })).toMatchObject({
        status: 200,
      })
    expect(await stateOf(id)).toMatchObject([{ state: 'closed', how: 'sent' }])
    expect((await hub.call(MAIL, ben)).json.messages).toEqual([])
  })

  it('is found by a bare name that one token alone has', async () => {
    const id = await hub.send('back', 'Hello')
    expect(await stateOf(id)).toMatchObject([{ recipient: 'back@ben' }])
    await hub.token('carl', 'back')
    const sent = hub.client.message.send({ to: ['back'], text: 'Which one?' })
    expect(await failureOf(sent)).toMatchObject({
      kind: 'bad-request',
      hint: expect.stringMatching(/back@ben, back@carl/),
    })
  })

  it('is for its names alone: an ack of others is 403, of what is unknown 404', async () => {
    const carl = await hub.token('carl', 'ops')
    const id = await hub.send('back@ben', 'Hello')
    const ack = (token: string, of: string) =>
      hub.call(`${MAIL}/${of}/ack`, token, { method: 'POST' })
    expect(await ack(carl, id)).toMatchObject({ status: 403 })
    expect(await ack(ben, envelope().id)).toMatchObject({ status: 404 })
    expect(await ack(ben, 'nothing')).toMatchObject({ status: 404 })
    expect((await hub.call(MAIL, carl)).json.messages).toEqual([])
    expect(await stateOf(id)).toMatchObject([{ state: 'waiting' }])
  })

  it('reaches any name of a token that names none', async () => {
    const any = await hub.token('dora')
    await hub.send('x-1@dora', 'Hello')
    expect((await hub.call(MAIL, any)).json.messages).toMatchObject([{ to: ['x-1@dora'] }])
  })

  it('is answered to a person of the hub without a name among the members', async () => {
    const id = await hub.send('back@ben', 'Which schema?')
    const answer = envelope({ to: ['ada@anna'], replyTo: id, text: 'The second' })
    expect(await hub.post(ben, answer)).toMatchObject({ status: 201 })
    expect(await hub.client.message.get({ id: answer.id })).toMatchObject({
      replyTo: id,
      deliveries: [{ recipient: 'person', recipientKind: 'person' }],
    })
    const other = envelope({ to: ['ada@anna'], replyTo: await hub.send('dev', 'Not for ben') })
    expect(await hub.post(ben, other)).toMatchObject({ status: 404 })
  })

  it('lets a task of the hub go on with the answer to its question', async () => {
    await hub.client.task.add({ id: 'api', title: 'Write the API', exec: 'true' })
    await hub.run({ type: 'agents.claim', claims: [claimOf('api', 1)] }, COORDINATOR)
    const agent = hub.clientOf(asAgent(1, 'api'))
    await agent.task.ask({ id: 'api', text: 'Which schema?', to: 'back@ben' })
    const { json } = await hub.call(MAIL, ben)
    const [question] = json.messages
    expect(question).toMatchObject({ from: 'task:api@anna', kind: 'question' })
    const answer = envelope({ to: ['task:api@anna'], replyTo: question.id, text: 'The second' })
    expect(await hub.post(ben, answer)).toMatchObject({ status: 201 })
    const { log } = await hub.client.task.get({ id: 'api' })
    expect(JSON.stringify(log)).toContain('back@ben answers: The second')
  })

  it('is asked for by a number that the endpoint has given, or 400', async () => {
    for (const query of ['after=x', 'after=-1', 'after=1.5', `after=${'9'.repeat(17)}`])
      expect(await hub.call(`${MAIL}?${query}`, ben)).toMatchObject({ status: 400 })
    for (const query of ['limit=0', 'limit=101', 'limit=x'])
      expect(await hub.call(`${MAIL}?${query}`, ben)).toMatchObject({ status: 400 })
  })

  it('is read in pages', async () => {
    for (const text of ['one', 'two', 'three']) await hub.send('back@ben', text)
    const first = await hub.call(`${MAIL}?limit=2`, ben)
    const rest = await hub.call(`${MAIL}?limit=2&after=${first.json.next}`, ben)
    const textsIn = ({ json }: typeof first) => json.messages.map((each: Envelope) => each.text)
    expect([textsIn(first), textsIn(rest)]).toEqual([['one', 'two'], ['three']])
  })

  it('is sent again from the beginning behind a place that this yard has not given', async () => {
    const id = await hub.send('back@ben', 'Hello')
    const { json } = await hub.call(MAIL, ben)
    for (const after of [json.next + 1, json.next + 1_000_000, 999])
      expect((await hub.call(`${MAIL}?after=${after}`, ben)).json.messages).toMatchObject([{ id }])
  })
})

describe('a stream of mail', () => {
  const textOf = (event: { data: string } | null): string =>
    event === null ? 'ended' : String((JSON.parse(event.data) as { text?: string }).text)

  it('brings what waits, then what comes, in the order in which it was sent', async () => {
    await hub.send('back@ben', 'one')
    const reader = await hub.read(ben)
    expect(await reader.next()).toMatchObject({ event: 'hub' })
    const first = await reader.next()
    expect([textOf(first), first?.event]).toEqual(['one', 'message'])
    await hub.send(['back@ben', 'dev'], 'two')
    await hub.send('dev', 'not for ben')
    await hub.send('back@ben', 'three')
    const [second, third] = [await reader.next(), await reader.next()]
    expect([textOf(second), textOf(third)]).toEqual(['two', 'three'])
    expect(Number(third?.id)).toBeGreaterThan(Number(second?.id))
    expect(Number(second?.id)).toBeGreaterThan(Number(first?.id))
  })

  it('goes on behind Last-Event-ID: nothing is missing or twice', async () => {
    for (const text of ['one', 'two', 'three']) await hub.send('back@ben', text)
    const reader = await hub.read(ben)
    await reader.next()
    await reader.next()
    const second = await reader.next()
    reader.close()
    await hub.send('back@ben', 'four')
    const again = await hub.read(ben, second?.id ?? '')
    await again.next()
    expect([textOf(await again.next()), textOf(await again.next())]).toEqual(['three', 'four'])
  })

  it('leaves out what was acknowledged meanwhile', async () => {
    const id = await hub.send('back@ben', 'one')
    await hub.call(`${MAIL}/${id}/ack`, ben, { method: 'POST' })
    await hub.send('back@ben', 'two')
    const reader = await hub.read(ben)
    await reader.next()
    expect(textOf(await reader.next())).toBe('two')
  })

  it('says whom one can write to, and again when that changes', async () => {
    const reader = await hub.read(ben)
    await reader.next()
    await hub.token('carl', 'ops')
    const event = await reader.next()
    expect([event?.event, JSON.parse(event?.data ?? '')]).toEqual([
      'hub',
      { machine: 'anna', you: 'ben', members: ['dev'], machines: { carl: ['ops'] } },
    ])
  })

  it('has a comment after each 15 silent seconds', async () => {
    const answer = await hub.open(ben)
    let text = ''
    const pieces = answer.body[Symbol.asyncIterator]()
    const until = async (what: RegExp): Promise<void> => {
      while (!what.test(text)) text += String((await pieces.next()).value)
    }
    await until(/^event: hub\n.*\n\n$/)
    hub.clock.advance(14_999)
    hub.clock.advance(1)
    await until(/\n: alive\n\n$/)
    hub.clock.advance(15_000)
    await until(/(?:\n: alive\n){2}/)
    expect(text.match(/: alive/g)).toHaveLength(2)
  })

  it('is ended by a fifth one of its token, the oldest first', async () => {
    const readers = []
    for (let n = 0; n < 5; n += 1) {
      readers.push(await hub.read(ben))
      await readers.at(-1)?.next()
    }
    expect(await readers[0]?.next()).toBeNull()
    await hub.send('back@ben', 'one')
    for (const reader of readers.slice(1)) expect(textOf(await reader.next())).toBe('one')
  })

  it('ends with its token, within ten seconds', async () => {
    const reader = await hub.read(ben)
    await reader.next()
    await hub.client.token.revoke({ id: 'ben' })
    expect(await reader.next()).toBeNull()
    expect(await hub.call(MAIL, ben)).toMatchObject({ status: 401 })
    const { token } = await hub.client.token.create({ name: 'eve', kind: 'member', expires: '1m' })
    const other = await hub.read(token)
    await other.next()
    hub.clock.advance(59_000)
    await hub.send('x@eve', 'still')
    expect(textOf(await other.next())).toBe('still')
    hub.clock.advance(10_000)
    expect(await other.next()).toBeNull()
  })
})

describe('too many requests', () => {
  it('of one token are 429, with the time to wait; others are served', async () => {
    const ask = (token: string) => hub.call(MAIL, token)
    for (let n = 0; n < 600; n += 50) await Promise.all(Array.from({ length: 50 }, () => ask(ben)))
    const refused = await ask(ben)
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1'])
    expect(await ask(await hub.token('carl'))).toMatchObject({ status: 200 })
    hub.clock.advance(1000)
    expect(await ask(ben)).toMatchObject({ status: 200 })
  })
})
