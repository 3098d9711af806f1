/** What a program wrote last before it failed, a few lines as they stand. */
import { PlainText } from './plain-text.tsx'

export function LastLines({ text }: { readonly text: string }) {
  return (
    <pre className="last-lines" aria-label="Last lines of its output">
      <PlainText text={text} />
    </pre>
  )
}
