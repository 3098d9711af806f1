/** A key as a person reads it. */
import { readableKey } from './keys.ts'

export function KeyHint({ keys }: { readonly keys: string }) {
  return <kbd>{readableKey(keys)}</kbd>
}
