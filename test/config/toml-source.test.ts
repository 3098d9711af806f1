/** What stands in a file twice is refused with both lines and the way out, for `yard init` has written every table once. */
import { expect, it } from 'vitest'
import { editConfig } from '../../src/config/edit.ts'
import { errorOf, refusal, sourcesOf } from './support.ts'

it.each([
  [
    '[budget]\n# day_usd = 20\n\n[agent]\n[budget]\nday_usd = 5\n',
    ':5: [budget] is in this file twice: lines 1 and 5',
    'put its keys into the one and take the other away',
  ],
  [
    '[models.roles]\nmerger = "opus"\n\n[ "models" . roles ] # again\n',
    ':4: [models.roles] is in this file twice: lines 1 and 4',
    'put its keys into the one and take the other away',
  ],
  [
    '[agent]\nmodel = "opus"\n[coordinator]\nmodel = "opus"\nmax_agents = 2\nmodel = "haiku"\n',
    ':6: coordinator.model is in this file twice: lines 4 and 6',
    'leave one of them',
  ],
  ['budget.day_usd = 1\n[budget]\nday_tokens = 1\n', ':2: not valid TOML', undefined],
])('%j is refused at its second place', (project, words, hint) => {
  const fault = refusal({ project })
  expect(fault).toMatchObject({ kind: 'config-broken' })
  expect(fault.message).toContain(`config.toml${words}`)
  expect(fault.hint).toBe(hint)
})

it('is not written over by a command, which says the same way out', () => {
  const sources = sourcesOf({ project: '[budget]\n[agent]\n[budget]\n' })
  const edits = [{ key: 'budget.day_usd', value: '5' }]
  const fault = errorOf(editConfig(sources, 'project', edits))
  expect(fault.hint).toBe('put its keys into the one and take the other away; nothing was changed')
})
