/** Gates, identities and kinds that can be named, offered while one is written; anything else may be written as well. */
import type { YardClient } from '../../model/session/link.ts'
import { useAnswer } from '../../model/use-answer.ts'

export type JudgedField = 'gate' | 'identity' | 'kind'

/** Value, and what is said of it beside. */
type Offer = readonly [value: string, note: string]

const GATES: readonly Offer[] = [
  ['off', 'Not judged'],
  ['score', 'Scored, and done whatever the score is'],
  ['0.7', 'Done from that score on'],
  ['person', 'Scored, and then a person decides'],
]

const NO_OFFERS: readonly Offer[] = []

const READERS: Readonly<Record<JudgedField, (client: YardClient) => Promise<readonly Offer[]>>> = {
  gate: async () => GATES,
  identity: async ({ identity }) => identityOffers(await identity.list()),
  kind: async ({ service }) => {
    const { settings } = await service.status()
    const { kinds } = settings
    return Array.isArray(kinds) ? kinds.map((kind) => [String(kind), ''] as const) : NO_OFFERS
  },
}

type Named = Pick<Awaited<ReturnType<YardClient['identity']['list']>>[number], 'id' | 'name'>

/** By its name; one whose name another one bears as well, by its id. The nearest of them comes first and keeps the name. */
export function identityOffers(identities: readonly Named[]): readonly Offer[] {
  const taken = new Set<string>()
  return identities.map(({ id, name }) => {
    const short = id.slice(0, 8)
    const isTaken = taken.has(name.toLowerCase())
    taken.add(name.toLowerCase())
    return isTaken ? [short, name] : [name, short]
  })
}

interface OffersOf {
  /** Named by the `list` of its field. */
  readonly id: string
  readonly field: JudgedField
}

interface OffersProps extends Pick<OffersOf, 'id'> {
  /** Undefined: nothing is offered. */
  readonly field: JudgedField | undefined
}

/** Asked of the host when the field is there. */
export const Offers = ({ id, field }: OffersProps) =>
  field === undefined ? null : <OffersOf id={id} field={field} />

function OffersOf({ id, field }: OffersOf) {
  const { value } = useAnswer(READERS[field], { key: field })
  return (
    <datalist id={id}>
      {(value ?? NO_OFFERS).map(([each, note]) => (
        <option key={each} value={each} label={note === '' ? undefined : `${each} (${note})`} />
      ))}
    </datalist>
  )
}
