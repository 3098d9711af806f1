/** A route never leads a key to an address that it was not named for. */
import { ok } from '../../../src/base/result.ts'
import { SHIPPED_IDENTITIES } from '../../../src/judging/identity.ts'
import { NO_IDENTITIES } from './no-identities.ts'
import { expect, it } from 'vitest'
import { createRoutes } from '../../../src/yard/executors/routes.ts'
import { standingIdOf } from '../../../src/domain/messages/standing.ts'
import type { NewTask } from '../../../src/domain/task.ts'
import { load, valueOf } from '../../config/support.ts'
import { createBench } from '../../support/plan-builder.ts'

const FILE = `
[models.far]
provider = "local"
model_id = "m"
endpoint = "https://far.example/v1"
[executors.keyed]
type = "native"
model = "sonnet"
api_key_env = "MY_KEY"
[executors.claude]
fallback = "keyed"
[executors.pi]
fallback = "keyed"
`

const routesOf = (project: string) => createRoutes(load({ project }), '/', NO_IDENTITIES)

it('a task that names another model than the profile’s own is refused, and takes a key of that model', () => {
  const wish = { executor: 'keyed', model: 'far' }
  expect(routesOf(FILE).faultOf(wish)).toMatchObject({
    kind: 'not-allowed',
    message: expect.stringContaining('models.far.api_key_env'),
  })
  const own = FILE.replace('far.example/v1"', 'far.example/v1"\napi_key_env = "FAR_KEY"')
  expect(routesOf(own).faultOf(wish)).toBeNull()
})

it('a fallback that would take its key there is none', () => {
  const bench = createBench()
  const routes = routesOf(FILE)
  const routeOf = (executor: string, model: string) => {
    const id = `${executor}-${model}`
    bench.add(id, { exec: null, executor, model })
    const route = routes.of(bench.task(id))
    if (!route.ok) throw new Error(route.error.message)
    return route.value
  }
  expect(routeOf('pi', 'sonnet').fallback).toMatchObject({ executor: 'keyed' })
  expect(routeOf('pi', 'far').fallback).toBeNull()
})

it('says where no prompt is handed over, and starts no turn of a member there', () => {
  const commands = {
    file: 'command = ["x", "{prompt_file}"]\nstdin = "none"',
    stdin: 'command = ["x"]',
    none: 'command = ["{prompt_file}", "y"]\nstdin = "none"',
  }
  const profiles = Object.entries(commands).map(
    ([name, how]) => `[executors.${name}]\ntype = "command"\n${how}\n`,
  )
  const more = '[executors.last]\ntype = "claude"\nfallback = "none"\n'
  const members = [...Object.keys(commands), 'last'].map(
    (name) => `[members.${name}]\nexecutor = "${name}"\n`,
  )
  const bench = createBench()
  const routes = routesOf([...profiles, more, ...members].join(''))
  const of = (id: string, wish: Partial<NewTask>) => {
    bench.add(id, { exec: null, ...wish })
    return routes.of(bench.task(id))
  }
  for (const name of ['file', 'stdin', 'last'])
    expect(valueOf(of(`on-${name}`, { member: name })).hasNoPrompt).toBeUndefined()
  expect(valueOf(of('on-none', { member: 'none' })).hasNoPrompt).toBe(true)
  expect(valueOf(of('on-shell', { exec: 'true', member: 'file' })).hasNoPrompt).toBe(true)
  const turnOf = (name: string) =>
    routes.of({ ...bench.task(`on-${name}`), id: standingIdOf(name) })
  expect(turnOf('none')).toMatchObject({ ok: false, error: { kind: 'bad-request' } })
  expect(valueOf(turnOf('file'))).toMatchObject({ executor: 'file' })
  expect(valueOf(of('other', { member: 'last' })).fallback).toMatchObject({ executor: 'none' })
  expect(valueOf(turnOf('last')).fallback).toBeNull()
})

it('an identity comes with the route of a task, with what stands in for it and with each arm', () => {
  const [identity] = SHIPPED_IDENTITIES
  if (!identity) throw new Error('none is shipped')
  const resolve = () => ok({ ...identity, source: 'shipped' as const, file: null })
  const routes = createRoutes(load({ project: FILE }), '/', { resolve })
  const bench = createBench()
  bench.add('a', { exec: null, executor: 'claude', identity: 'x' })
  bench.add('b', { exec: null, executor: 'claude' })
  bench.add('c', { identity: 'x' })
  const of = (id: string) => valueOf(routes.of(bench.task(id)))
  expect([of('a').identity, of('a').fallback?.identity]).toEqual([identity, identity])
  expect([of('b').identity, of('c').identity]).toEqual([undefined, undefined])
  const arm = valueOf(routes.withArm(bench.task('a'), { executor: 'claude', model: 'haiku' }))
  expect(arm.identity).toEqual(identity)
})
