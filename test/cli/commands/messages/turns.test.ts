/** Turns of members under `yard run`: an agent that writes down what it is told, one that fails, one that reads what is not its own. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageView } from '../../../../src/contract/message.ts'
import { messageAt, sendingTo } from '../../../support/mail.ts'
import { recordInto } from '../../../support/recorded-evaluations.ts'
import { START_AT } from '../../../support/manual-clock.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeEach(async () => void (test = await openTestYard()))
afterEach(() => test.close())

const MARK = '=== prompt'
const json = <T>(...words: string[]): Promise<T> => test.json(words) as Promise<T>
/** A command as executor: it keeps its prompt, then does this. */
async function agent(name: string, lines: readonly string[]): Promise<void> {
  const script = join(test.folder, `${name}.sh`)
  const kept = `{ printf '%s\\n' '${MARK}'; cat "$1"; } >> ${name}.ledger`
  await writeFile(script, [`cd '${test.folder}'`, kept, ...lines, ''].join('\n'))
  const profile = `{ type = "command", command = ["sh", ${JSON.stringify(script)}, "{prompt_file}"] }`
  const set = await test.yard(['config', `executors.${name}`, profile])
  expect(set).toMatchObject({ code: 0 })
}
async function member(name: string, ...flags: string[]): Promise<void> {
  const added = await test.yard(['member', 'add', name, '--executor', name, ...flags])
  expect(added).toMatchObject({ code: 0 })
}
const promptsOf = async (name: string): Promise<string[]> =>
  (await readFile(join(test.folder, `${name}.ledger`), 'utf8')).split(`${MARK}\n`).slice(1)
const send = (texts: readonly string[], to: string) =>
  recordInto(join(test.folder, '.yard/yard.db'), (recorder) => {
    for (const [i, text] of texts.entries())
      recorder.run({ type: 'message.send', ...sendingTo([to], messageAt(START_AT + i, text)) })
  })

describe('yard run', { timeout: 120_000 }, () => {
  it('wakes a member once for twenty messages: two turns of ten, in order, each closed once', async () => {
    await agent('scribe', [])
    await member('scribe')
    const texts = Array.from({ length: 20 }, (_, i) => `message number ${i}.`)
    await send(texts, 'scribe')
    expect((await test.yard(['run'])).code).toBe(0)
    const found = (await promptsOf('scribe')).map((prompt) => prompt.match(/message number \d+\./g))
    expect(found).toEqual([texts.slice(0, 10), texts.slice(10)])
    const all = await json<MessageView[]>('msg', 'list', 'scribe', '--limit', '100')
    expect(all).toHaveLength(20)
    for (const { deliveries } of all)
      expect(deliveries).toMatchObject([{ state: 'closed', how: 'handled', tries: 0 }])
    let closed = 0
    await recordInto(join(test.folder, '.yard/yard.db'), ({ opened: { store } }) => {
      const rows = store.journal(0, 10_000)
      closed = rows.filter(({ event }) => event === 'delivery.closed').length
    })
    expect(closed).toBe(20)
    expect(await json('list')).toEqual([])
  })

  it('starts an agent that fails three times, says so to it, then the message is dead with the reason', async () => {
    await agent('broken', ['echo "no such model" >&2', 'exit 7'])
    await member('broken', '--retry-after', '1s')
    await send(['please'], 'broken')
    await test.yard(['run'])
    const prompts = await promptsOf('broken')
    expect(prompts.map((prompt) => /(\d)\w\w time/.exec(prompt)?.[1] ?? '1')).toEqual([
      '1',
      '2',
      '3',
    ])
    expect(await json('msg', 'dead')).toMatchObject([
      {
        text: 'please',
        deliveries: [{ state: 'dead', tries: 3, reason: expect.stringContaining('7') }],
      },
    ])
  })

  it('a question to a member is answered by its reply, and the task goes on with it', async () => {
    const id = `$(yard msg list --json | grep -o '"id": *"[0-9A-Z]*"' | head -1 | cut -d'"' -f4)`
    await agent('oracle', [`yard msg reply "${id}" "It is blue"`])
    await member('oracle')
    const ask = 'test -e asked || { touch asked; yard ask palette "Which colour?" --to oracle; }'
    await test.yard(['add', 'Palette', '--id', 'palette', '--exec', ask])
    expect((await test.yard(['run'])).code).toBe(0)
    expect(await json('show', 'palette')).toMatchObject({ state: 'done' })
    const { out } = await test.yard(['log', 'palette'])
    expect(out).toContain('It is blue')
    expect(out).not.toContain('failed')
    expect((await test.yard(['agents'])).out.match(/palette/g)).toHaveLength(2)
  })

  it('an agent of a member reads, closes and wakes nothing of others, and writes as itself', async () => {
    await agent('quiet', [])
    const tries = ['read "$other"', 'ack "$other"', 'reply "$other" no', 'list front', 'list'].map(
      (words) => `yard msg ${words}; echo "${words.split(' ')[0]} $?" >> codes`,
    )
    await agent('nosy', [
      ...['other=$(cat other)', ...tries, 'yard member wake front; echo "wake $?" >> codes'],
      'yard msg send front hello --json > sent; echo "send $?" >> codes',
    ])
    await member('nosy')
    await test.yard(['member', 'add', 'front', '--executor', 'quiet', '--pilot', 'on'])
    const other = await json<MessageView>('msg', 'send', 'front', 'for front alone')
    await writeFile(join(test.folder, 'other'), other.id)
    await send(['go'], 'nosy')
    expect((await test.yard(['run'])).code).toBe(0)
    const codes = (await readFile(join(test.folder, 'codes'), 'utf8')).trim().split('\n')
    expect(codes).toEqual(['read 4', 'ack 4', 'reply 4', 'list 4', 'list 0', 'wake 4', 'send 0'])
    expect(JSON.parse(await readFile(join(test.folder, 'sent'), 'utf8'))).toMatchObject({
      from: 'nosy',
      hops: 1,
      deliveries: [{ recipient: 'front' }],
    })
  })
})
