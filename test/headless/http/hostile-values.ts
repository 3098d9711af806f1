/** Requests made from the contract's own schemas: mostly valid ones, with the extremes of everything that has an extent. */
import { isContractProcedure } from '@orpc/contract'
import * as fc from 'fast-check'
import { z } from 'zod'
import { contract } from '../../../src/contract/contract.ts'

export interface Procedure {
  /** `task.add` */
  readonly name: string
  readonly method: string
  /** `/task/{id}` */
  readonly path: string
  /** Null = it takes nothing. */
  readonly input: JsonSchema | null
}

interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | false
  readonly items?: JsonSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minItems?: number
}

export const procedures: readonly Procedure[] = Object.entries(contract).flatMap(
  ([group, members]) =>
    Object.entries(members).map(([member, procedure]) => {
      if (!isContractProcedure(procedure)) throw new Error(`${group}.${member} is no procedure`)
      const { route, inputSchema } = procedure['~orpc']
      const schema = inputSchema as z.ZodType | undefined
      const input = schema
        ? (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema)
        : null
      return {
        name: `${group}.${member}`,
        method: route.method ?? 'POST',
        path: route.path ?? '',
        input,
      }
    }),
)

/** The tasks that requests are about; `t0` and `t1` are there from the beginning. */
export const TASKS = ['t0', 't1', 't2', 't3']

const EXTREMES = [
  ...[0, -0, 1, -1, 0.1, -0.5, 5e-324, 1e-9, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53],
  ...[-(2 ** 53 - 1), 9_007_199_254_740_000, 8.64e15, -8.64e15, 8.64e15 + 1, 1_772_000_000_000],
  ...[3_155_760_000_000, 3_155_760_000_001, 1e12, 1e15, 1e16, 1e21, 1e300, -1e300, 1.7e308],
]
const TEXTS = [
  ...['a', 'ä\u202eé', '\u001b[31mred', '\u2028', '🙂', '  ', '\n', '\t', '%00'],
  ...[
    '__proto__',
    '../../etc/passwd',
    '/',
    'http://127.0.0.1:1/x',
    "'; DROP TABLE task; --",
    '100y',
  ],
  ...[
    '"""',
    '`$(id)`',
    '{model}',
    '[[task]]',
    '---',
    '<script>',
    '|a|',
    'NaN',
    '1e999',
    '\r\n',
    '\\',
  ],
]
const BAD_TEXTS = ['', '\0', '\ud800', 'x'.repeat(100_001)]

/** What fields of that name hold: what is often taken, and what never is. */
interface Pool {
  readonly often: readonly unknown[]
  readonly never?: readonly unknown[]
}
const INSTANTS: Pool = {
  often: [
    ...['2026-03-01T09:00:00+01:00', '2090-01-01', '9999-12-31T23:59:59.999999999Z', '1970-01-01'],
    ...['+275760-09-13T00:00:00.000Z', '-271821-04-20T00:00:00Z', '1000-01-01', '2026-02-28T23:59'],
  ],
  never: [
    ...['+275760-09-12T23:59:59-23:59', '+999999-12-31', '2026-02-30', '2026-01-01T25:00', 'now'],
    ...['', '-000000-01-01', '0001-01-01'],
  ],
}
const IDS: Pool = {
  often: TASKS,
  never: ['agent-1', 'gone', '..', '__proto__', 'constructor', '', 'x'.repeat(101)],
}
const POOLS: Readonly<Record<string, Pool>> = {
  id: IDS,
  task: IDS,
  after: { ...IDS, often: ['t0', 't1'] },
  before: IDS,
  addAfter: IDS,
  removeAfter: IDS,
  addBefore: IDS,
  name: IDS,
  agent: { often: ['agent-1', 'agent-2'], never: ['agent-999999999999999', 'agent-0', 't0', ''] },
  title: {
    often: ['A title', 'Ü', 'x'.repeat(500), ...TEXTS],
    never: ['x'.repeat(501), ...BAD_TEXTS],
  },
  notBefore: {
    often: [...INSTANTS.often, 0, 8.64e15, -8.64e15, 1_772_000_000_000],
    never: [...(INSTANTS.never ?? []), ...EXTREMES],
  },
  since: INSTANTS,
  from: INSTANTS,
  to: INSTANTS,
  until: INSTANTS,
  at: INSTANTS,
  spec: {
    often: ['09:00', '* * * * *', '0 0 29 2 *', '@yearly', '*/7 * * * * *'],
    never: ['0 0 30 2 *', '99:99', '', 'x'.repeat(200)],
  },
  tz: { often: ['UTC', 'Pacific/Kiritimati', null], never: ['Mars/Base', ''] },
  lease: { often: ['30s', '7d', 30, 1], never: ['1ms', '100000000000d', ...EXTREMES] },
  executor: {
    often: ['shell', 'manual', 'external', 'claude', 'native', null],
    never: ['http://127.0.0.1:9/x', 'nobody', ''],
  },
  model: { often: ['opus', null], never: ['gone', ''] },
  key: {
    often: ['coordinator.max_agents', 'agent.executor', 'executors.x.type'],
    never: ['a.b.c', '', '__proto__.x', 'executors.__proto__.type'],
  },
  value: { often: ['8', '"shell"', null], never: ['1e999', '[', '\0'] },
  commandId: { often: ['c1', 'c2', 'x'.repeat(100)], never: ['', 'x'.repeat(101)] },
  repo: { often: [null, '/', '/tmp'], never: ['/nowhere', 'relative', 'a\0b'] },
  folder: {
    often: ['/nowhere/at/all', '/dev/null', '/etc/passwd/x', '~', 'x'.repeat(5000)],
    never: ['', 'a\0b', '\ud800'],
  },
  provider: { often: ['anthropic', ...TEXTS], never: BAD_TEXTS },
  waitMs: { often: [1, 5], never: [0, 120_001] },
  format: { often: ['auto', 'toml', 'json', 'jsonl', 'mermaid', 'dot'] },
  text: {
    often: ['[[task]]\ntitle = "From a text"', '{"task":[{"title":"J"}]}', '[', ...TEXTS],
    never: BAD_TEXTS,
  },
  detail: { often: ['full', 'card'] },
}

/** A value that JSON cannot hold for ever: deep, wide, or with odd names. */
const deep = (levels: number): unknown => {
  let value: unknown = 'bottom'
  for (let n = 0; n < levels; n += 1) value = n % 2 === 0 ? [value] : { k: value }
  return value
}
export const ODD_VALUES: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...EXTREMES, ...TEXTS, null, true, [], {}),
  fc.constantFrom(10, 63, 64, 65, 100, 3000).map(deep),
  fc.constantFrom(10, 9_999, 10_001).map((n) => Array.from({ length: n }, (_, i) => i)),
  fc
    .constantFrom('__proto__', 'toJSON', 'constructor', '', '\0')
    .map((key) => JSON.parse(`{${JSON.stringify(key)}: {"toString": 1}}`)),
)

/** What the schema allows, and seldom what it does not. */
export const inputOf = ({ input }: Procedure): fc.Arbitrary<Record<string, unknown>> =>
  input === null ? fc.constant({}) : (plainOf(input, '') as fc.Arbitrary<Record<string, unknown>>)

/** Mostly what the schema allows: of ten fields together hardly a request would be taken otherwise. */
const mostly = (
  often: fc.Arbitrary<unknown>,
  never: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 24, arbitrary: often }, { weight: 1, arbitrary: never })

function valueOf(schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
  const pool = POOLS[name]
  if (!pool || schema.type === 'array') return plainOf(schema, name)
  const { often, never = [] } = pool
  return mostly(fc.constantFrom(...often), fc.oneof(fc.constantFrom(...never, 0), ODD_VALUES))
}

function plainOf(schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
  if (schema.enum) return mostly(fc.constantFrom(...schema.enum), ODD_VALUES)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => valueOf(one, name)))
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (types.length === 0) return ODD_VALUES
  return fc.oneof(...types.map((type) => typed(type, schema, name)))
}

function typed(type: string, schema: JsonSchema, name: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return numberOf(schema)
    case 'string':
      return mostly(fc.constantFrom(...TEXTS), fc.constantFrom(...BAD_TEXTS))
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, name), {
        minLength: schema.minItems ?? 0,
        maxLength: 3,
      })
    case 'object':
      return objectOf(schema)
    default:
      throw new Error(`no values for the type ${type}`)
  }
}

/** The bounds themselves and all extremes between them; seldom what lies beyond. */
function numberOf({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): fc.Arbitrary<unknown> {
  const isWhole = type === 'integer'
  const least = minimum ?? exclusiveMinimum ?? -Infinity
  const most = maximum ?? Infinity
  const inside = [...EXTREMES, minimum ?? 1, maximum ?? 1].filter(
    (n) =>
      n >= least && n <= most && n !== exclusiveMinimum && (!isWhole || Number.isSafeInteger(n)),
  )
  return mostly(fc.constantFrom(...inside), fc.constantFrom(...EXTREMES, most + 1, least - 1))
}

const MOST_EXTRAS = 4

function objectOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties } = schema
  if (!properties)
    return fc.dictionary(
      fc.constantFrom(...TASKS, '__proto__', 'constructor', '', '\u202e'),
      additionalProperties && Object.keys(additionalProperties).length > 0
        ? valueOf(additionalProperties, '')
        : ODD_VALUES,
      { maxKeys: 3 },
    )
  const optional = Object.keys(properties).filter((key) => !required.includes(key))
  return fc
    .subarray(optional, { maxLength: Math.min(MOST_EXTRAS, optional.length) })
    .chain((extras) => {
      const fields = [...required, ...extras].map(
        (key) => [key, valueOf(properties[key] ?? {}, key)] as const,
      )
      return fc.record(Object.fromEntries(fields))
    })
}
