/** Why this machine lets no agent start, in words. */
import { bytesText } from '../../domain/format.ts'

export interface MachineHold {
  readonly kind: 'cap' | 'memory'
  readonly text: string
}

export const fullMachine = (cap: number, own: number, others: number): MachineHold => ({
  kind: 'cap',
  text:
    cap === 0
      ? 'this machine starts no agents: machine.max_agents is 0'
      : `all places of this machine are taken (${own + others} of ${cap}${others === 0 ? '' : `, ${others} of them in other yards`})`,
})

export const shortOfMemory = (free: number, limit: number): MachineHold => ({
  kind: 'memory',
  text: `the machine has ${bytesText(free)} free of memory; agents wait until ${bytesText(limit)}`,
})

export const uncounted = (why: string, file: string): MachineHold => ({
  kind: 'cap',
  text: `the agents of this machine cannot be counted, and it has a cap: ${why} (${file})`,
})
