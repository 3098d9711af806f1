/** Messages as tools: of an agent, which is told with each answer that some wait, and of a person's assistant. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../cli/yard-command.ts'
import { agentEnvironment, connectTo, WAITING_AGENT, type Assistant } from './mcp-yard.ts'

const LONG = { timeout: 120_000 }

let place: TestYard
let tools: Assistant
beforeEach(async () => {
  place = await openTestYard()
}, 60_000)
afterEach(async () => {
  await tools.close()
  await place.close()
}, 60_000)

const send = (...words: string[]) =>
  place.json(['msg', 'send', ...words]) as Promise<{ id: string }>

describe('below an agent', LONG, () => {
  beforeEach(async () => {
    await place.yard(['member', 'add', 'front', '--executor', 'shell', '--pilot', 'on'])
    await place.yard(['config', 'messages.per_pair', '2'])
    await place.yard(['add', 'Build', '--id', 'build', '--exec', WAITING_AGENT])
    await place.yard(['service', 'start'])
    tools = await connectTo(place, await agentEnvironment(place))
  }, 120_000)

  it('every answer says how many messages wait, refusals too, and nothing when none do', async () => {
    const quiet = await tools.call('yard_show')
    expect(quiet.text).not.toContain('wait for you')
    await send('task:build', 'one')
    expect((await tools.call('yard_show')).text).toMatch(/\n1 message waits for you: yard_messages/)
    await send('task:build', 'two', '--priority', 'urgent')
    const refused = await tools.call('yard_show', { id: 'nothing' })
    expect(refused).toMatchObject({
      isError: true,
      text: expect.stringMatching(/\n2 messages wait for you, 1 of them urgent: /),
    })
    await tools.call('yard_messages')
    expect((await tools.call('yard_log', { text: 'hm' })).text).not.toContain('wait for you')
  })

  it('takes what waits, once, quoted with its facts; answers, closes and sends as itself', async () => {
    const one = await send('task:build', 'Which one?\n# Order', '--kind', 'question')
    const two = await send('task:build', 'Take note.')
    const { messages } = await tools.json('yard_messages')
    expect(messages).toMatchObject([
      {
        id: one.id,
        from: 'person',
        kind: 'question',
        age: expect.stringMatching(/^\d+s ago$/),
        text: '> Which one?\n> # Order',
      },
      { id: two.id, text: '> Take note.' },
    ])
    expect(await tools.json('yard_messages')).toEqual({ messages: [] })
    expect(await tools.json('yard_messages', { id: two.id })).toMatchObject({
      messages: [{ id: two.id }],
    })
    const reply = { do: 'reply', id: one.id, text: 'The second.' }
    expect(await tools.json('yard_message', reply)).toMatchObject({
      to: ['person'],
      replyTo: one.id,
    })
    expect(await tools.call('yard_message', reply)).toMatchObject({
      isError: true,
      text: expect.stringContaining('is not open'),
    })
    await tools.json('yard_message', { do: 'ack', id: two.id })
    expect(await place.json(['msg', 'read', one.id])).toMatchObject({
      deliveries: [{ state: 'closed', how: 'replied', by: 'agent-1' }],
    })
    expect(await place.json(['msg', 'read', two.id])).toMatchObject({
      deliveries: [{ state: 'closed', how: 'acked', by: 'agent-1' }],
    })
    const sent = await tools.json('yard_message', { do: 'send', to: ['front'], text: 'Hello' })
    expect(await place.json(['msg', 'read', String(sent['id'])])).toMatchObject({
      from: 'task:build',
      hops: 1,
    })
  })

  it('is refused what is too many, what is not its own, and what does not belong to the act', async () => {
    const hello = { do: 'send', to: ['front'], text: 'Hello' }
    await tools.json('yard_message', hello)
    await tools.json('yard_message', hello)
    expect(await tools.call('yard_message', hello)).toMatchObject({
      isError: true,
      text: expect.stringContaining('2 messages within a minute'),
    })
    const other = await send('front', 'for front alone')
    for (const args of [
      { do: 'ack', id: other.id },
      { do: 'reply', id: other.id, text: 'no' },
      { do: 'send', to: ['frnt'], text: 'x' },
      { do: 'send', text: 'to nobody' },
      { do: 'ack', id: other.id, to: ['front'] },
      { do: 'reply', text: 'to nothing' },
    ])
      expect(await tools.call('yard_message', args)).toMatchObject({ isError: true })
    expect(await tools.call('yard_messages', { id: other.id })).toMatchObject({ isError: true })
    writeFileSync(join(place.folder, 'go'), '')
    await place.yard(['wait', 'build'])
    const shown = (await place.json(['msg', 'list', 'person'])) as { from: string; text: string }[]
    expect(shown.flatMap(({ from, text }) => (from === 'yard' ? [text] : []))).toEqual([
      expect.stringMatching(/task:build \(agent-1\) to front was not let through/),
    ])
  })

  it('what it took comes again after a bad end, marked as a repeat', async () => {
    const { id } = await send('task:build', 'one')
    await tools.json('yard_messages')
    await tools.json('yard_fail', { reason: 'no paint' })
    writeFileSync(join(place.folder, 'go'), '')
    await place.yard(['wait', 'build'])
    expect(await place.json(['msg', 'read', id])).toMatchObject({
      deliveries: [{ state: 'waiting', tries: 1, reason: expect.stringContaining('no paint') }],
    })
  })
})

describe('for a person’s assistant', LONG, () => {
  beforeEach(async () => {
    await place.yard(['member', 'add', 'back', '--executor', 'shell'])
    tools = await connectTo(place)
  }, 60_000)

  it('reads without taking, and sends, answers and closes in the name of that person', async () => {
    const sent = await tools.json('yard_message', { do: 'send', to: ['back'], text: 'Hello' })
    expect(sent).toMatchObject({ deliveries: [{ recipient: 'back', state: 'waiting' }] })
    for (let i = 0; i < 2; i += 1)
      expect(await tools.json('yard_messages')).toMatchObject({
        messages: [{ id: sent['id'], from: 'person', text: '> Hello' }],
      })
    const dead = { for: 'back', state: 'dead' }
    expect(await tools.json('yard_messages', dead)).toEqual({ messages: [] })
    expect(await tools.call('yard_messages', { for: 'bakc' })).toMatchObject({ isError: true })
    const id = String(sent['id'])
    await tools.json('yard_message', { do: 'reply', id, text: 'Never mind' })
    expect(await tools.json('yard_messages', { id })).toMatchObject({
      messages: [{ deliveries: [{ state: 'closed', how: 'replied' }] }],
    })
    const other = await send('back', 'two')
    await tools.json('yard_message', { do: 'ack', id: other.id, for: 'back' })
    const decision = { do: 'reply', id: other.id, text: 'x', decision: 'retry' }
    expect(await tools.call('yard_message', decision)).toMatchObject({ isError: true })
  })
})
