/** A yard without any identity. */
import { failure } from '../../../src/domain/failure.ts'
import { err } from '../../../src/base/result.ts'

export const NO_IDENTITIES = {
  resolve: (word: string) => err(failure('unknown-identity', `there is no identity "${word}"`)),
}
