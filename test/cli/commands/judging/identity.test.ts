/** Identities from the command line to the agent that is asked to be one. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeAll(async () => {
  test = await openTestYard()
  await writeFile(
    join(test.folder, '.yard/config.toml'),
    '[executors.reader]\ntype = "command"\ncommand = ["cat", "{prompt_file}"]\n',
  )
})
afterAll(() => test.close(), 60_000)

type Row = Record<string, unknown>
const json = <T = Row>(...words: string[]) => test.json(words) as Promise<T>
const TEXT =
  'role = "tester"\ntradeoff = "stubborn"\ndescription = "Asks twice."\nnot_acceptable = ["giving up"]\n'

it('lists those that come with Yardmaster and names files that are none', async () => {
  const folder = join(test.folder, '.yard/identities')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'bad.md'), 'nothing\n')
  const { code, out, err } = await test.yard(['identity', 'list'])
  expect([code, out.split('\n').filter((line) => line.includes('shipped')).length]).toEqual([0, 28])
  expect(err).toContain('bad.md is passed over: it needs front matter')
  expect(await json<Row[]>('identity')).toHaveLength(28)
}, 60_000)

it('adds one from stdin, shows it by name and id, and refuses what is none', async () => {
  const added = await test.yard(['identity', 'add', '-'], { stdin: TEXT })
  const id = added.out.trim()
  expect([added.code, id]).toEqual([0, expect.stringMatching(/^[0-9a-f]{8}$/)])
  expect(await json('identity', 'show', 'stubborn tester')).toMatchObject({
    id: expect.stringMatching(`^${id}`) as string,
    source: 'project',
    not_acceptable: ['giving up'],
  })
  expect((await test.yard(['identity', 'show', id])).out).toContain('Not acceptable\n  - giving up')
  const broken = await test.yard(['identity', 'add', '-'], { stdin: 'role = "x"\n' })
  expect([broken.code, broken.err]).toEqual([1, expect.stringContaining('it needs a tradeoff')])
  const unknown = await test.yard(['identity', 'show', 'stuborn tester'])
  expect([unknown.code, unknown.err]).toEqual([3, expect.stringContaining('Stubborn Tester')])
  expect((await test.yard(['identity', 'add', 'missing.toml'])).code).toBe(1)
  expect(await json<Row[]>('identity', 'performance', '--by', 'kind')).toEqual([])
}, 60_000)

it('an agent is told who it is, keeps that, and the yard knows it when the file is gone', async () => {
  const refused = await test.yard(['add', 'X', '--executor', 'reader', '--identity', 'nobody'])
  expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('no identity "nobody"')])
  const task = await json('add', 'Ask', '--executor', 'reader', '--identity', 'Stubborn Tester')
  const { id } = await json<{ id: string }>('identity', 'show', 'Stubborn Tester')
  expect(task['identity']).toEqual({ id, name: 'Stubborn Tester' })
  expect((await test.yard(['show', 'ask'])).out).toMatch(
    /identity +Stubborn Tester \([0-9a-f]{8}\)/,
  )
  expect((await test.yard(['run'])).code).toBe(0)
  const [agent] = await json<Row[]>('agents', '--dead')
  expect(agent?.['identity']).toEqual({ id, name: 'Stubborn Tester' })
  const prompt = (await test.yard(['output', 'ask'])).out
  expect(prompt).toContain('You do this as Stubborn Tester (role tester, trade-off stubborn).')
  expect(prompt).toContain('What is not acceptable:\n- giving up')
  await writeFile(join(test.folder, 'other.toml'), TEXT.replace('twice', 'thrice'))
  await test.yard(['identity', 'add', 'other.toml'])
  const ambiguous = await test.yard(['identity', 'show', 'Stubborn Tester'])
  expect([ambiguous.code, ambiguous.err]).toEqual([2, expect.stringContaining(id.slice(0, 8))])
  await writeFile(join(test.folder, `.yard/identities/stubborn-tester-${id.slice(0, 8)}.toml`), '')
  expect(await json('identity', 'show', id.slice(0, 8))).toMatchObject({ id, source: 'known' })
}, 60_000)

it('an identity is chosen for a task that names none, where that is turned on', async () => {
  await test.yard(['config', 'assignment.auto', 'true'])
  const add = ['add', 'Cover the parser', '--executor', 'reader']
  await json(...add, '--id', 'covered', '--tag', 'testing')
  await json(...add, '--id', 'named', '--tag', 'testing', '--identity', 'Fast Operator')
  await json('add', 'Xyzzy', '--executor', 'reader', '--id', 'nothing-fits')
  expect((await test.yard(['run'])).code).toBe(0)
  const { identity } = await json<{ identity: { id: string; name: string } }>('show', 'covered')
  expect(identity.name).toMatch(/ Tester$/)
  const log = (await test.yard(['log', 'covered'])).out
  expect(log).toContain(
    `Lightweight assignment: agent=${identity.name} (${identity.id.slice(0, 8)}), exec_mode=full, context_scope=task, reason=`,
  )
  expect((await test.yard(['output', 'covered'])).out).toContain(`You do this as ${identity.name}`)
  expect(await json('show', 'named')).toMatchObject({ identity: { name: 'Fast Operator' } })
  expect(await json('show', 'nothing-fits')).toMatchObject({ identity: null })
}, 60_000)
