/** A field that names one of a few things is an enum of the domain on the wire, so that the compiler knows every table over it. */
import { getEventIteratorSchemaDetails, isContractProcedure } from '@orpc/contract'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { contract } from '../../src/contract/contract.ts'
import { taskDefinitionSchema } from '../../src/domain/task.ts'

const CLOSED =
  /^(?:status|state|states|kind|outcome|mode|context|worktree|stopReason|waitsFor|host|source|level|permissions|role|roles|code|class|verdict|which|landing|executorType)$/
/** A text for people, unless nothing beside it says the same to a program. */
const TEXT_BESIDE_CODE = 'reason'
const CODES = ['code', 'class', 'kind', 'state', 'status', 'verdict']

/** What is no choice of a few things although its name is one of those, and why. */
const OPEN: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['list output[]', 'get output', 'add output'].map((place) => [
      `identity.${place}.role`,
      'what an agent is asked to be: files of identities name it',
    ]),
  ),
  'task.list input.status': 'a list with commas, as it stands in an address',
  'task.table input.status': 'a list with commas, as it stands in an address',
  ...Object.fromEntries(
    ['list input', 'list output[]', 'figures input', 'get output', 'score output'].map((place) => [
      `evaluation.${place}.kind`,
      'a kind of task: the yard names them (judging.kinds)',
    ]),
  ),
  'service.routing input.kind': 'a kind of task: the yard names them (judging.kinds)',
  'service.routing output[].kind': 'a kind of task: the yard names them (judging.kinds)',
  ...Object.fromEntries(
    [
      ...['create input', 'invite input'],
      ...['create output.scope', 'list output[].scope', 'revoke output.scope'],
    ].map((place) => [`token.${place}.roles`, 'what daemons work as: each yard names its own']),
  ),
  'token.invite output.code': 'a secret for another machine',
  ...Object.fromEntries(
    ['list output[].last', 'add output.last', 'run output', 'pause output.last']
      .concat('resume output.last', 'history output[]')
      .map((place) => [`job.${place}.reason`, 'why its turn ended, as the turn says']),
  ),
}

/** Of a learned choice: figures in words, which stand apart in the answer of service.routing. */
const isInWords = (path: string): boolean => path.endsWith('.choice.reason')

type Schema = z.core.$ZodType

/** Every bare string in a field whose name says that only a few values fit. */
function bareFields(schema: Schema, path: string, seen = new Set<Schema>()): string[] {
  if (seen.has(schema)) return []
  const within = new Set([...seen, schema])
  const below = (inner: Schema, step = ''): string[] => bareFields(inner, `${path}${step}`, within)
  const { def } = schema._zod as { readonly def: z.core.$ZodTypes['_zod']['def'] }
  switch (def.type) {
    case 'object': {
      const shape = def.shape as Readonly<Record<string, Schema>>
      return Object.entries(shape).flatMap(([name, field]) => [
        ...(isMisplaced(name, field, shape) ? [`${path}.${name}`] : []),
        ...below(field, `.${name}`),
      ])
    }
    case 'array':
      return below(def.element, '[]')
    case 'union':
      return def.options.flatMap((option) => below(option))
    case 'intersection':
      return [...below(def.left), ...below(def.right)]
    case 'record':
      return below(def.valueType, '{}')
    case 'tuple':
      return def.items.flatMap((item, index) => below(item, `[${index}]`))
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'catch':
    case 'nonoptional':
      return below(def.innerType)
    case 'pipe':
      return [...below(def.in), ...below(def.out)]
    case 'lazy':
      return below(def.getter())
    default:
      return []
  }
}

/** The kind of a task is one of the yard's own naming (`judging.kinds`). */
const KIND_OF_TASK = taskDefinitionSchema.shape.kind.unwrap()

function isKindOfTask(schema: Schema): boolean {
  const { def } = schema._zod as { readonly def: z.core.$ZodTypes['_zod']['def'] }
  return schema === KIND_OF_TASK || ('innerType' in def && isKindOfTask(def.innerType))
}

function isMisplaced(
  name: string,
  field: Schema,
  shape: Readonly<Record<string, Schema>>,
): boolean {
  if (name === TEXT_BESIDE_CODE) return isBare(field) && !CODES.some((code) => code in shape)
  return CLOSED.test(name) && isBare(field) && !isKindOfTask(field)
}

/** A string, a list of them, or a record by them, under any wrapper. */
function isBare(schema: Schema): boolean {
  const { def } = schema._zod as { readonly def: z.core.$ZodTypes['_zod']['def'] }
  switch (def.type) {
    case 'string':
      return true
    case 'array':
      return isBare(def.element)
    case 'record':
      return isBare(def.keyType)
    case 'union':
      return def.options.some(isBare)
    case 'optional':
    case 'nullable':
    case 'default':
    case 'readonly':
    case 'catch':
      return isBare(def.innerType)
    default:
      return false
  }
}

function schemasOf(node: unknown, path = ''): readonly (readonly [string, Schema])[] {
  if (typeof node !== 'object' || node === null) return []
  if (!isContractProcedure(node))
    return Object.entries(node).flatMap(([name, inner]) =>
      schemasOf(inner, path === '' ? name : `${path}.${name}`),
    )
  const { inputSchema, outputSchema } = node['~orpc']
  const events = getEventIteratorSchemaDetails(outputSchema)?.yields
  const named = { input: inputSchema, output: outputSchema, event: events }
  return Object.entries(named).flatMap(([name, schema]) =>
    schema instanceof z.ZodType ? [[`${path} ${name}`, schema] as const] : [],
  )
}

describe('fields that name one of a few things', () => {
  const schemas = schemasOf(contract)

  test('are enums, in every procedure', () => {
    const bare = schemas.flatMap(([path, schema]) => bareFields(schema, path))
    expect(bare.filter((path) => !Object.hasOwn(OPEN, path) && !isInWords(path))).toEqual([])
  })

  test('are looked for in what streams carry, too', () => {
    const paths = schemas.map(([path]) => path)
    expect(paths).toEqual(expect.arrayContaining(['service.follow event', 'page.importText event']))
  })

  test('that are open are still there', () => {
    const bare = new Set(schemas.flatMap(([path, schema]) => bareFields(schema, path)))
    expect(Object.keys(OPEN).filter((path) => !bare.has(path))).toEqual([])
  })

  test.each<readonly [string, Schema, readonly string[]]>([
    ['a string', z.object({ status: z.string() }), ['x.status']],
    ['one that may be missing', z.object({ kind: z.string().nullable().optional() }), ['x.kind']],
    ['a list', z.object({ roles: z.array(z.string()) }), ['x.roles']],
    ['a record', z.object({ states: z.record(z.string(), z.number()) }), ['x.states']],
    [
      'one deep inside',
      z.object({ list: z.array(z.union([z.null(), z.object({ mode: z.string() })])) }),
      ['x.list[].mode'],
    ],
    [
      'one of two halves',
      z.intersection(z.object({ a: z.number() }), z.object({ state: z.string() })),
      ['x.state'],
    ],
    ['a reason that stands alone', z.object({ reason: z.string() }), ['x.reason']],
    ['a reason beside its code', z.object({ class: z.enum(['a']), reason: z.string() }), []],
    ['an enum', z.object({ status: z.enum(['a']), other: z.string() }), []],
  ])('are found when they are bare: %s', (_what, schema, paths) => {
    expect(bareFields(schema, 'x')).toEqual(paths)
  })
})
