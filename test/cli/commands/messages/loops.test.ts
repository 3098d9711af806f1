/** Members that answer everything they get, as real processes under `yard run`: they come to rest, and a person sees why. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageView } from '../../../../src/contract/message.ts'
import { messageAt, sendingTo } from '../../../support/mail.ts'
import { recordInto } from '../../../support/recorded-evaluations.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeEach(async () => void (test = await openTestYard()))
afterEach(() => test.close())

const json = <T>(...words: string[]): Promise<T> => test.json(words) as Promise<T>

/** A member whose turn does this with the id of each message that it was handed; what is refused it writes down. */
async function answerer(name: string, answer: string): Promise<void> {
  const script = join(test.folder, `${name}.sh`)
  const lines = [
    `cd '${test.folder}'`,
    `for id in $(sed -n 's/^### \\([0-9A-Z]*\\) from .*/\\1/p' "$1"); do`,
    `  said=$(${answer} --json 2> ${name}.err)`,
    `  code=$?; [ $code = 0 ] || echo "$code $said" >> ${name}.refused`,
    'done',
  ]
  await writeFile(script, `${lines.join('\n')}\n`)
  const profile = `{ type = "command", command = ["sh", ${JSON.stringify(script)}, "{prompt_file}"] }`
  await test.yard(['config', `executors.${name}`, profile])
  const added = await test.yard(['member', 'add', name, '--executor', name])
  expect(added).toMatchObject({ code: 0 })
}
const reply = 'yard msg reply "$id" "and you?"'
const passOn = (to: string): string => `yard msg send ${to} "pass it on" --reply-to "$id"`

const begin = (to: string, from: string): Promise<unknown> =>
  recordInto(join(test.folder, '.yard/yard.db'), (recorder) => {
    const message = messageAt(Date.now(), 'how are you?', { from })
    recorder.run({ type: 'message.send', ...sendingTo([to], message) })
  })
const refusedOf = async (name: string): Promise<{ code: number; kind: string }[]> => {
  const text = await readFile(join(test.folder, `${name}.refused`), 'utf8').catch(() => '')
  return text.split(/\n(?=\d)/).flatMap((line) => {
    const [, code, said] = /^(\d+) ([\s\S]*)$/.exec(line) ?? []
    return code && said ? [{ code: Number(code), kind: JSON.parse(said).error.kind }] : []
  })
}
/** What a person is shown, and all that agents sent each other, oldest first. */
async function outcome(...members: string[]) {
  const all = (await json<MessageView[]>('msg', 'list', '--limit', '100')).toReversed()
  const between = all.filter(({ from }) => members.includes(from))
  return {
    shown: all.filter(({ from }) => from === 'yard'),
    hops: between.map(({ hops }) => hops),
    open: await json<MessageView[]>('msg', 'list', '--open'),
  }
}

describe('members that answer everything', { timeout: 240_000 }, () => {
  it('two of them come to rest at the end of the chain; the refusal is exit 4, and shown', async () => {
    await answerer('ann', reply)
    await answerer('bob', reply)
    await begin('ann', 'bob')
    expect((await test.yard(['run'])).code).toBe(0)
    expect(await refusedOf('ann')).toEqual([{ code: 4, kind: 'too-far' }])
    expect(await refusedOf('bob')).toEqual([])
    const { shown, hops, open } = await outcome('ann', 'bob')
    expect(hops).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(shown).toMatchObject([
      {
        to: ['person'],
        text: expect.stringMatching(/^A message of ann .* to bob was not let.*hop 7/),
      },
    ])
    expect(open.map(({ id }) => id)).toEqual(shown.map(({ id }) => id))
    expect((await test.yard(['msg'])).out).toContain('was not let through')
  })

  it('three in a circle come to rest, too', async () => {
    await answerer('ann', passOn('bob'))
    await answerer('bob', passOn('cid'))
    await answerer('cid', passOn('ann'))
    await begin('ann', 'cid')
    expect((await test.yard(['run'])).code).toBe(0)
    const refused = await Promise.all(['ann', 'bob', 'cid'].map(refusedOf))
    expect(refused).toEqual([[{ code: 4, kind: 'too-far' }], [], []])
    const { shown, hops, open } = await outcome('ann', 'bob', 'cid')
    expect(hops).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(shown).toMatchObject([{ text: expect.stringMatching(/ann .* to bob .*hop 7/) }])
    expect(open).toHaveLength(1)
  })

  it('two of them come to rest by their rate where the chain may be long', async () => {
    await test.yard(['config', 'messages.max_hops', '100'])
    await test.yard(['config', 'messages.per_pair', '2'])
    await answerer('ann', reply)
    await answerer('bob', reply)
    await begin('ann', 'bob')
    expect((await test.yard(['run'])).code).toBe(0)
    // What began it counts as the first of bob to ann.
    expect([await refusedOf('ann'), await refusedOf('bob')]).toEqual([
      [],
      [{ code: 4, kind: 'too-many' }],
    ])
    const { shown, open } = await outcome('ann', 'bob')
    expect(shown).toMatchObject([{ text: expect.stringMatching(/bob .* to ann .*2 messages/) }])
    expect(open).toHaveLength(1)
  })
})
