/** Files that are no mail, each in a way of its own. */
import type { Signer } from '../../src/fleet/mail/git/signed-file.ts'
import { letter } from './mail-machines.ts'
import { START_AT } from './manual-clock.ts'

type Random = () => number
type Fields = Record<string, unknown>

const pick = <T>(random: Random, all: readonly [T, ...T[]]): T =>
  all[Math.floor(random() * all.length)] ?? all[0]

const BAD_VALUES: readonly [unknown, ...unknown[]] = [
  null,
  ...[0, -1, 1e308, '', ' ', '\0', '\ud800', [], {}, true, 'x'.repeat(300)],
  { __proto__: null, toString: 1 },
]
const FIELDS = ['id', 'from', 'to', 'kind', 'priority', 'at', 'hops', 'text'] as const

/** Its fields are wrong, and its signature is right. */
function badFields(random: Random, good: Fields): Fields {
  const fields = { ...good }
  const field = pick(random, FIELDS)
  switch (Math.floor(random() * 4)) {
    case 0:
      delete fields[field]
      return fields
    case 1:
      fields[`more${Math.floor(random() * 1e6)}`] = 1
      return fields
    case 2:
      fields['v'] = pick(random, [0, 2, '1', null, [1]])
      return fields
    default:
      // Each is wrong for a field that is no number, and 0 is a number of hops.
      fields[field] =
        field === 'hops' ? pick(random, [-1, 1.5, '1', null]) : pick(random, BAD_VALUES)
      if (field === 'text' && typeof fields[field] === 'string') fields[field] = ''
      return fields
  }
}

function damaged(random: Random, bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf(',"sig"')
  const at = Math.floor(random() * end)
  switch (Math.floor(random() * 4)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([255, 254]), bytes.subarray(at)])
    case 2: {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ (1 + Math.floor(random() * 254))
      return changed
    }
    default:
      return Buffer.concat([bytes, bytes])
  }
}

const JUNK: readonly [string, ...string[]] = [
  ...(['', '{', '[]', 'null', '{"v":1}', '"text"', '{"v":1,"to":[]}', '\ufeff{}'] as const),
  '{"__proto__":{"v":1}}',
  '['.repeat(20_000),
]

export function malformedFile(signer: Signer, random: Random, at: number): Buffer {
  const good = letter('a@anna', 'b@ben', `n${at}`, START_AT + at)
  const part = random()
  const tail = Buffer.from(`\n${' '.repeat(at % 50)}${at}`)
  if (part < 0.2) return Buffer.concat([Buffer.from(pick(random, JUNK)), tail])
  if (part < 0.4) {
    const bytes = Buffer.alloc(1 + Math.floor(random() * 500))
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = Math.floor(random() * 256)
    return Buffer.concat([bytes, tail])
  }
  if (part < 0.7) return signer.sign(badFields(random, { ...good }))
  return damaged(random, signer.sign(good))
}
