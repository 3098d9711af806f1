/** Every procedure has a row in the table of what agents may do, so that a new one is decided on and not merely refused. */
import { describe, expect, it } from 'vitest'
import { contract } from '../../src/contract/contract.ts'
import { agentReach } from '../../src/domain/permissions.ts'

const procedures = Object.entries(contract).flatMap(([room, calls]) =>
  Object.keys(calls).map((name) => `${room}.${name}`),
)

describe('what agents may do', () => {
  it('is said of each procedure of the contract', () => {
    expect(procedures.length).toBeGreaterThan(80)
    expect(procedures.filter((name) => agentReach(name) === null)).toEqual([])
  })

  it('is nothing for a procedure that nobody has named', () => {
    expect(agentReach('task.unheardOf')).toBeNull()
    expect(agentReach('constructor')).toBeNull()
  })
})
