/** What the words of the title were understood as, for as long as the card is open. */
import { useYard } from '../../model/session/session-context.tsx'
import { findTask, type Tasks } from './find-named.ts'
import { parseTitle } from './title-language.ts'

export function TitleEcho({ text }: { readonly text: string }) {
  const tasks = useYard((view) => view.tasks)
  const echoes = echoesOf(text, tasks)
  if (echoes.length === 0) return null
  return (
    <ul className="title-echo" aria-label="Understood as">
      {echoes.map(({ word, name, isUnknown = false }) => (
        <li key={`${word} ${name}`} data-unknown={isUnknown || undefined}>
          {word} <bdi>{name}</bdi>
          {isUnknown && ', not found'}
        </li>
      ))}
    </ul>
  )
}

export interface Echo {
  readonly word: 'After' | 'Executor' | 'Priority' | 'Tag'
  readonly name: string
  /** No task is meant by it. */
  readonly isUnknown?: boolean
}

export function echoesOf(text: string, tasks: Tasks): readonly Echo[] {
  const { tags, executor, priority, after } = parseTitle(text)
  return [
    ...after.map((word): Echo => {
      const id = findTask(tasks, word)
      const name = id === null ? word : (tasks.get(id)?.title ?? id)
      return { word: 'After', name, ...(id === null ? { isUnknown: true } : {}) }
    }),
    ...(executor === null ? [] : [{ word: 'Executor', name: executor } as const]),
    ...(priority === null ? [] : [{ word: 'Priority', name: priority } as const]),
    ...tags.map((name) => ({ word: 'Tag', name }) as const),
  ]
}
