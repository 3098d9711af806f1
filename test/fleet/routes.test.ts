import { expect, it } from 'vitest'
import { createRoutes } from '../../src/fleet/routes.ts'

const handle = (): void => {}

it('finds a route by method and path, with what stands for its names', () => {
  const routes = createRoutes()
  const remove = routes.add({
    method: 'POST',
    path: '/api/fleet/mail/:id/ack',
    access: 'token',
    handle,
  })
  routes.add({ method: 'GET', path: '/api/fleet/mail', access: 'token', handle })
  routes.add({ method: 'POST', path: '/api/fleet/mail', access: 'token', handle })
  expect(routes.find('POST', '/api/fleet/mail/a%2Fb/ack')).toMatchObject({ params: { id: 'a/b' } })
  for (const path of [
    '/api/fleet/mail/%/ack',
    '/api/fleet/mail//ack',
    '/api/fleet',
    '/api/fleet/mail/',
  ])
    expect(routes.find('POST', path).kind).toBe('none')
  expect(routes.find('PUT', '/api/fleet/mail')).toEqual({
    kind: 'method',
    allowed: ['GET', 'POST'],
  })
  remove()
  expect(routes.find('POST', '/api/fleet/mail/a/ack').kind).toBe('none')
})

it('a path of sockets has one handler, which takes away only itself', () => {
  const routes = createRoutes()
  expect(routes.find('GET', '/api/agents/ws').kind).toBe('none')
  const removeFirst = routes.onUpgrade('/api/agents/ws', handle)
  const second = (): void => {}
  const removeSecond = routes.onUpgrade('/api/agents/ws', second)
  removeFirst()
  expect(routes.upgradeOf('/api/agents/ws')).toBe(second)
  expect(routes.find('GET', '/api/agents/ws').kind).toBe('upgrade')
  removeSecond()
  expect(routes.upgradeOf('/api/agents/ws')).toBeNull()
})
