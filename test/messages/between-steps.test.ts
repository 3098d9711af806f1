/** Urgent messages to an agent at work, through a real service: a native agent with a mock of its model, and one of the Agent Client Protocol. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageView } from '../../src/contract/message.ts'
import { openTestYard, type TestYard } from '../cli/yard-command.ts'
import { eventually } from '../support/eventually.ts'
import { startMockLlm, type MockLlm } from '../support/mock-llm/server.ts'

const AGENT = resolve(import.meta.dirname, '../support/acp-agent.ts')
const LONG = { timeout: 120_000 }

let test: TestYard
let mock: MockLlm
beforeEach(async () => {
  mock = await startMockLlm()
  test = await openTestYard()
})
afterEach(async () => {
  await test.close()
  await mock.close()
}, 60_000)

const fileOf = (name: string): string => join(test.folder, name)
const json = <T>(...words: string[]): Promise<T> => test.json(words) as Promise<T>
const isThere = (name: string): Promise<unknown> => eventually(() => readFileSync(fileOf(name)))
const deliveryOf = async (id: string) => (await json<MessageView>('msg', 'read', id)).deliveries
/** A shell line that says that it began, and waits. */
const waiting = (name: string): string =>
  `touch ${name}-began; until [ -e ${name}-go ]; do sleep 0.05; done`
const letGo = (name: string): void => writeFileSync(fileOf(`${name}-go`), '')
const sendUrgent = (text: string) =>
  json<MessageView>('msg', 'send', 'task:work', text, '--priority', 'urgent')
/** How often the model was shown it, in each request so far. */
const shown = (text: string): number[] =>
  mock.requests.map(({ userTexts }) => userTexts.join('\n').split(`> ${text}`).length - 1)

async function startNative(line: string): Promise<void> {
  const config = [
    ...['[models.mocked]', 'provider = "anthropic"', 'model_id = "mock"'],
    ...[`endpoint = "${mock.url}/v1"`, 'api_key_env = "MOCK_KEY"'],
    ...['[executors.mine]', 'type = "native"', 'model = "mocked"'],
  ]
  appendFileSync(fileOf('.yard/config.toml'), `\n${config.join('\n')}\n`)
  const text = `[[mock:tool n=2 cmd="${line}"]]`
  const words = ['add', 'Work', '--id', 'work', '--executor', 'mine', '-d', text]
  expect(await test.yard(words)).toMatchObject({ code: 0 })
  const env = { MOCK_KEY: 'not-a-key' }
  expect(await test.yard(['service', 'start'], { env })).toMatchObject({ code: 0 })
}

describe('a native agent at work', LONG, () => {
  it('is handed an urgent message after its step, once; a good end closes it, and a normal one waits', async () => {
    await startNative(waiting('first'))
    await isThere('first-began')
    const urgent = await sendUrgent('Use the blue one.')
    const normal = await json<MessageView>('msg', 'send', 'task:work', 'No hurry.')
    letGo('first')
    await test.yard(['wait', 'work'])
    expect(await json('show', 'work')).toMatchObject({ state: 'done' })
    expect(shown('Use the blue one.')).toEqual([0, 1, 1])
    expect(shown('No hurry.')).toEqual([0, 0, 0])
    expect(await deliveryOf(urgent.id)).toMatchObject([
      { state: 'closed', how: 'handled', by: 'agent-1' },
    ])
    // No agent of the task took it, and there will be none.
    expect(await deliveryOf(normal.id)).toMatchObject([{ state: 'dead', tries: 0 }])
  })

  it('that is killed gives it back, and the next one has it in its prompt', async () => {
    await startNative(`if [ -e first-go ]; then ${waiting('second')}; else ${waiting('first')}; fi`)
    await isThere('first-began')
    const { id } = await sendUrgent('Use the blue one.')
    letGo('first')
    await isThere('second-began')
    expect(await deliveryOf(id)).toMatchObject([{ state: 'taken', agent: 'agent-1' }])
    await test.yard(['kill', 'agent-1', '--force'])
    expect(await deliveryOf(id)).toMatchObject([{ state: 'waiting', tries: 0 }])
    letGo('second')
    await test.yard(['resume', 'work'])
    await test.yard(['wait', 'work'])
    expect(await deliveryOf(id)).toMatchObject([{ state: 'closed', by: 'agent-2' }])
  })
})

describe('an agent of the Agent Client Protocol at work', LONG, () => {
  it('is asked once more with what came while it worked, in the same session', async () => {
    const notes = fileOf('notes')
    const command = [process.execPath, AGENT, 'terminal', `line=${waiting('turn')}`]
    const config = [
      ...['[executors.agent]', 'type = "acp"', `command = ${JSON.stringify(command)}`],
      `env = { ACP_AGENT_NOTES = ${JSON.stringify(notes)} }`,
    ]
    appendFileSync(fileOf('.yard/config.toml'), `\n${config.join('\n')}\n`)
    await test.yard(['add', 'Work', '--id', 'work', '--executor', 'agent'])
    await test.yard(['service', 'start'])
    await isThere('turn-began')
    const { id } = await sendUrgent('Use the blue one.')
    letGo('turn')
    await test.yard(['wait', 'work'])
    expect(await json('show', 'work')).toMatchObject({ state: 'done' })
    const prompts = readFileSync(notes, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"what":"prompt"'))
    expect(prompts).toHaveLength(2)
    expect(prompts[1]).toContain('> Use the blue one.')
    expect(await deliveryOf(id)).toMatchObject([{ state: 'closed', how: 'handled' }])
  })
})
