import { getEventIteratorSchemaDetails, isContractProcedure } from '@orpc/contract'
import { expect, it } from 'vitest'
import { contract } from '../../src/contract/contract.ts'
import { STREAMED } from '../../src/headless/http-client.ts'

function streamsIn(node: object, path = ''): string[] {
  if (isContractProcedure(node)) {
    const { outputSchema } = node['~orpc']
    return getEventIteratorSchemaDetails(outputSchema) === undefined ? [] : [path]
  }
  return Object.entries(node).flatMap(([name, below]) => streamsIn(below, `${path}/${name}`))
}

it('knows which answers come event by event, for it reads the others whole', () => {
  expect(STREAMED.toSorted()).toEqual(streamsIn(contract).toSorted())
})
