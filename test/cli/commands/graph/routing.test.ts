import { describe, expect, it } from 'vitest'
import { printRouting } from '../../../../src/cli/commands/graph/routing.ts'
import { createPrinter } from '../../../../src/cli/text/print.ts'
import type { KindRouting } from '../../../../src/contract/routing.ts'
import { openTestYard } from '../../yard-command.ts'

const arm = (name: string, more: Partial<KindRouting['arms'][number]> = {}) => ({
  arm: name,
  n: 24,
  learning: false,
  score: 0.91,
  sd: 0.03,
  costUsd: 0.11,
  hours: 0.1,
  chance: 0.88,
  ...more,
})

function printed(kinds: readonly KindRouting[], whyNot: string | null = null): string {
  let out = ''
  const stream = { write: (text: string | Uint8Array) => void (out += String(text)) }
  const print = createPrinter({ stdout: stream, stderr: stream, isJson: false, env: {} })
  printRouting({ print }, kinds, whyNot)
  return out
}

const docs: KindRouting = {
  kind: 'docs',
  learns: true,
  today: 'claude/opus',
  incumbent: 'claude/sonnet',
  arms: [
    arm('claude/sonnet'),
    arm('claude/opus', { n: 9, learning: true, costUsd: null, chance: 0.12 }),
  ],
  chosen: 40,
  explored: 3,
  exploredShare: 3 / 40,
  saving: { against: 'claude/opus', tries: 40, triesAgainst: 9, usd: 2.1, low: -0.4, high: 4.6 },
}

describe('yard routing', () => {
  it('shows the arms of each kind, what is only being learned, and the saving with its bounds', () => {
    const text = printed([docs])
    expect(text).toContain(
      'docs  explored 3 of 40 (8 %); saved $2.10 against claude/opus (90 %: -$0.40 to $4.60)',
    )
    expect(text).toMatch(/\* +claude\/sonnet +24 +0\.91 ± \.03 +\$0\.11 +6m 00s +88 %/)
    expect(text).toMatch(/claude\/opus +9 learning +0\.91 ± \.03 +- +6m 00s +12 %/)
  })

  it('claims no saving of which too little is known', () => {
    expect(printed([{ ...docs, saving: null }])).toContain(
      'explored 3 of 40 (8 %); too little is known of what that saved',
    )
  })

  it('says in a fresh yard why nothing is chosen, and gives an empty list to programs', async () => {
    const place = await openTestYard()
    try {
      const off = await place.yard(['routing'])
      expect(off).toMatchObject({ code: 0 })
      expect(off.out).toMatch(/learning is off: yard config routing\.learn true turns it on/)
      expect(await place.json(['routing', '--kind', 'docs'])).toEqual([])
      await place.yard(['config', 'routing.learn', 'true'])
      expect((await place.yard(['routing'])).out).toMatch(/routing\.arms names no arm/)
    } finally {
      await place.close()
    }
  })
})
