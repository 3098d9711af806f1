/** Identities: who agents can be asked to be, and how they did. */
import { type ComponentProps, useRef } from 'react'
import type { IdentityView } from '../../../../contract/identity.ts'
import { shortId } from '../../../../domain/judging/identity.ts'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { hasText, useQuery } from '../../../model/filter.ts'
import { currentRoute, navigate, useRoute } from '../../../model/route.ts'
import { useTurnover } from '../../../model/session/session-context.tsx'
import { useAnswer } from '../../../model/use-answer.ts'
import { Button } from '../../../ui/button.tsx'
import { focusAfterDraw } from '../../../ui/focus.ts'
import { plural } from '../../../ui/format.ts'
import { EmptyNote, Screen } from '../../../ui/screen.tsx'
import { FilterField, NoneMatch } from '../../filter-field.tsx'
import { IdentityPanel } from './identity-panel.tsx'
import { IdentityTable, type IdentityRow } from './identity-table.tsx'
import { SOURCES, toRows } from './identity-rows.ts'
import '../registry.css'
import './identities.css'

/** ms; a file that is edited is read anew by then. */
const ASK_EVERY = 15_000

export function IdentitiesScreen() {
  const chosen = useRoute().filters['identity'] ?? null
  const turnover = useTurnover()
  const listed = useAnswer(({ identity }) => identity.list(), { everyMs: ASK_EVERY })
  const broken = useAnswer(({ identity }) => identity.broken(), { everyMs: ASK_EVERY })
  const scored = useAnswer(({ identity }) => identity.performance({}), { key: turnover })
  const table = useRef<HTMLTableElement>(null)
  const rows = toRows(listed.value ?? [], scored.value ?? [])
  const row = rows.find(({ id }) => id === chosen)
  const askAgain = (): void => {
    for (const each of [listed, broken, scored]) each.askAgain()
  }
  const close = (): void => {
    choose(null)
    // In a narrow window the list comes back only with the next drawing.
    focusAfterDraw(() =>
      table.current?.querySelector<HTMLElement>(`[data-name="${CSS.escape(chosen ?? '')}"]`),
    )
  }
  return (
    <Screen
      title="Identities"
      filters={
        <FilterField
          label="Filter identities"
          hint="Words of an identity: its name, id, role, trade-off, skills"
        />
      }
      note={listed.value && noteOf(listed.value)}
      tools={
        <Button icon="retry" onClick={askAgain}>
          Look again
        </Button>
      }
    >
      <div className="registry flex-1 min-h-0">
        <div className="registry-list flex-1 min-w-0">
          <ProblemNote
            problem={listed.problem ?? broken.problem ?? scored.problem}
            onClose={askAgain}
          />
          <Broken files={broken.value ?? []} />
          {listed.value && <Listed ref={table} rows={rows} chosen={chosen} onChoose={choose} />}
        </div>
        {row && <IdentityPanel key={row.id} row={row} onClose={close} />}
      </div>
    </Screen>
  )
}

/** What the filter leaves of them, or why there is none. */
function Listed({ rows, ...rest }: ComponentProps<typeof IdentityTable>) {
  const shown = useShown(rows)
  if (rows.length === 0)
    return (
      <EmptyNote text="No identity is known. Write one as TOML or Markdown into .yard/identities." />
    )
  if (shown.length === 0) return <NoneMatch all={plural(rows.length, 'identity', 'identities')} />
  return <IdentityTable rows={shown} {...rest} />
}

/** Files that were passed over, so that whoever wrote one sees why nobody can be asked to be it. */
function Broken({ files }: { readonly files: readonly { file: string; problem: string }[] }) {
  if (files.length === 0) return null
  return (
    <section className="identity-broken text-12" aria-label="Broken files">
      <h2>{plural(files.length, 'file is passed over', 'files are passed over')}</h2>
      <ul>
        {files.map(({ file, problem }) => (
          <li key={file}>
            <code>{file}</code>: {problem}
          </li>
        ))}
      </ul>
    </section>
  )
}

function noteOf(identities: readonly IdentityView[]): string {
  const own = identities.filter(({ source }) => source !== 'shipped').length
  const all = plural(identities.length, 'identity', 'identities')
  return own === 0 ? `${all}, all shipped` : `${all}, ${own} of them yours`
}

function useShown(rows: readonly IdentityRow[]): readonly IdentityRow[] {
  const query = useQuery()
  return rows.filter(({ id, name, view, source }) =>
    hasText(query, [
      ...[name, shortId(id), SOURCES[source]],
      ...[view?.role, view?.tradeoff, ...(view?.skills ?? [])],
    ]),
  )
}

function choose(id: string | null): void {
  const { filters } = currentRoute()
  navigate({ filters: { ...filters, identity: id ?? '' } }, { replace: true })
}
