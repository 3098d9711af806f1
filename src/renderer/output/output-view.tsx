/** What one agent said and did: its pulse, its output in three ways, and where one stands in it. */
import { Copy, Ellipsis, Radio, Search } from 'lucide-react'
import { useCallback, useMemo, useState, type KeyboardEvent } from 'react'
import type { AgentView } from '../../contract/view.ts'
import { printsPlainText } from '../../domain/settings.ts'
import { Button } from '../ui/button.tsx'
import { bytesText } from '../../domain/format.ts'
import { instantText, plural } from '../ui/format.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { Segmented } from '../ui/fields.tsx'
import { setPreferences, usePreferences } from '../model/preferences.ts'
import { navigate, useRoute } from '../model/route.ts'
import { useSession } from '../model/session/session-context.tsx'
import { showToast } from '../model/toasts.ts'
import { download } from '../ui/download.ts'
import { Menu } from '../ui/popups.tsx'
import type { MenuEntry } from '../ui/popup-parts.tsx'
import { joinedRaw, joinedText } from './fold-output.ts'
import { KnownFilesContext, type KnownFiles } from './terminal-text.tsx'
import { OpenedBlocksContext } from './tool-card.tsx'
import { OutputList } from './output-list.tsx'
import type { OutputShown } from './output-reader.ts'
import { SearchBar, useSearch, type Found } from './output-search.tsx'
import { useLineOfAddress, useOutput, wholeOutput, type OutputKind } from './use-output.ts'
import { AgentMetrics } from './agent-metrics.tsx'

/** The last only of programs that keep a stderr of their own. */
const KINDS: readonly (readonly [OutputKind, string])[] = [
  ['parsed', 'Output'],
  ['raw', 'Raw'],
  ['errors', 'stderr'],
]

interface OutputViewProps {
  readonly agent: AgentView
  readonly files: KnownFiles
}

export function OutputView({ agent, files }: OutputViewProps) {
  const [kind, setKind] = useState<OutputKind>('parsed')
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map())
  const opened = useMemo(
    () => ({
      chosen,
      choose: (key: string, isOpen: boolean) => setChosen((all) => new Map(all).set(key, isOpen)),
    }),
    [chosen],
  )
  const options = printsPlainText(agent.executorType) ? KINDS.slice(0, -1) : KINDS
  const kinds = <Segmented label="What to show" value={kind} options={options} onChange={setKind} />
  return (
    <section className="output" aria-label={`Output of ${agent.id}`}>
      <AgentMetrics agent={agent} />
      <OpenedBlocksContext value={opened}>
        <KnownFilesContext value={files}>
          <Reading key={kind} agent={agent} kind={kind} kinds={kinds} />
        </KnownFilesContext>
      </OpenedBlocksContext>
    </section>
  )
}

interface ReadingProps {
  readonly agent: AgentView
  readonly kind: OutputKind
  readonly kinds: React.ReactNode
}

/** One way of looking at one output; another way is another one, so that nothing of the former is left. */
function Reading({ agent, kind, kinds }: ReadingProps) {
  const { shown, blocks, problem, reader } = useOutput(agent.id, kind)
  const [isFollowing, setFollowing] = useState(true)
  const [isFinding, setFinding] = useState(false)
  const [wanted, setWanted] = useState<{ readonly blockKey: string } | null>(null)
  const isAlive = agent.status !== 'ended'
  const line = useLine(kind)
  const hasNumbers = usePreferences(({ hasLineNumbers }) => hasLineNumbers) && kind !== 'errors'
  const hasTimes = usePreferences(({ hasLineTimes }) => hasLineTimes)
  const marks = { hasNumbers, hasTimes, line, onLine: (at: number) => goToLine(agent.id, at) }
  const follow = useCallback(
    (isOn: boolean): void => {
      setFollowing(isOn)
      reader.follow(isOn)
    },
    [reader],
  )
  const jump = (offset: number): void => {
    setFollowing(false)
    reader.jump(offset)
  }
  useLineOfAddress(agent, line, jump)
  const onFound = (found: Found): void => {
    if ('offset' in found) return jump(found.offset)
    setFollowing(false)
    reader.follow(false)
    setWanted({ blockKey: found.blockKey })
  }
  const search = useSearch({ agentId: agent.id, isWholeFile: kind !== 'errors', blocks, onFound })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    setFinding(true)
  }
  const closeFind = (): void => {
    setFinding(false)
    search.setText('')
  }
  return (
    <div className="output-reading" onKeyDown={onKeyDown}>
      {isFinding && <SearchBar search={search} onClose={closeFind} />}
      <ProblemNote problem={problem} onClose={() => reader.more()} />
      {shown.compacted && (
        <p className="output-nothing text-12">
          Only the end of {bytesText(shown.compacted.bytes)} is kept, since{' '}
          {instantText(shown.compacted.at)}.
        </p>
      )}
      {shown.isRead && blocks.length === 0 && <NothingThere shown={shown} isAlive={isAlive} />}
      <OutputList
        shown={shown}
        blocks={blocks}
        reader={reader}
        isFollowing={isFollowing}
        isAlive={isAlive}
        wanted={wanted}
        label={LABELS[kind]}
        onFollow={follow}
        heardAt={agent.lastHeardAt}
        isRaw={kind !== 'parsed'}
        marked={isFinding ? search.text : ''}
        marks={marks}
      />
      <div className="output-foot text-11 text-text-2">
        <Place
          shown={shown}
          isAlive={isAlive}
          isFollowing={isFollowing}
          onFollow={() => follow(true)}
        />
        {kinds}
        <Button
          look="quiet"
          aria-label="Find"
          aria-pressed={isFinding}
          onClick={() => setFinding(true)}
        >
          <Search size={14} strokeWidth={1.5} aria-hidden="true" />
        </Button>
        <Button
          look="quiet"
          aria-label="Copy what is loaded"
          onClick={() => {
            const text = (kind === 'parsed' ? joinedText : joinedRaw)(blocks)
            void copyText(text, 'Copied what is loaded of the output')
          }}
        >
          <Copy size={14} strokeWidth={1.5} aria-hidden="true" />
        </Button>
        <MoreMenu agent={agent} kind={kind} line={line} />
      </div>
    </div>
  )
}

/** The line that the address names; of stderr alone there is none, for its lines have numbers of their own. */
function useLine(kind: OutputKind): number | null {
  const line = Number(useRoute().anchor)
  return kind !== 'errors' && Number.isSafeInteger(line) && line > 0 ? line : null
}

const goToLine = (agent: string, line: number): void =>
  navigate({ tab: 'output', agent, anchor: String(line) }, { replace: true })

interface MoreMenuProps {
  readonly agent: AgentView
  readonly kind: OutputKind
  readonly line: number | null
}

function MoreMenu({ agent, kind, line }: MoreMenuProps) {
  const session = useSession()
  const hasNumbers = usePreferences(({ hasLineNumbers }) => hasLineNumbers)
  const hasTimes = usePreferences(({ hasLineTimes }) => hasLineTimes)
  const save = async (): Promise<void> => {
    const content = await wholeOutput(session, agent.id, kind)
    if (content === null)
      showToast(`The output of ${agent.id} could not be read`, { kind: 'error' })
    else download(`${agent.id}${kind === 'errors' ? '.stderr' : ''}.log`, content)
  }
  const entries: readonly MenuEntry[] = [
    {
      label: 'Line numbers',
      isChecked: hasNumbers,
      onSelect: () => setPreferences({ hasLineNumbers: !hasNumbers }),
    },
    {
      label: 'Times, of lines seen arriving',
      isChecked: hasTimes,
      onSelect: () => setPreferences({ hasLineTimes: !hasTimes }),
    },
    { kind: 'line' },
    {
      label: line === null ? 'Copy a link to a line' : `Copy a link to line ${line}`,
      blocked: line === null ? 'Click a line number first' : null,
      onSelect: () => void copyText(location.href, `Copied a link to line ${line}`),
    },
    { label: 'Download the whole output', onSelect: () => void save() },
  ]
  const trigger = (
    <Button look="quiet" aria-label="More about the output">
      <Ellipsis size={14} strokeWidth={1.5} aria-hidden="true" />
    </Button>
  )
  return <Menu align="end" trigger={trigger} entries={entries} />
}

const LABELS: Readonly<Record<OutputKind, string>> = {
  parsed: 'What it said and did',
  raw: 'Its output, byte for byte',
  errors: 'Its stderr',
}

function NothingThere({ shown, isAlive }: Pick<PlaceProps, 'shown' | 'isAlive'>) {
  const text =
    (shown.pieces[0]?.start ?? 0) > 0
      ? 'The end of it is one line that is too long to show. Raw shows it.'
      : isAlive
        ? 'Nothing yet.'
        : 'It wrote nothing.'
  return <p className="output-nothing text-12">{text}</p>
}

interface PlaceProps {
  readonly shown: OutputShown
  readonly isAlive: boolean
  readonly isFollowing: boolean
  readonly onFollow: () => void
}

/** Whether the end is in sight, what came since it is not, and how much there is. */
function Place({ shown, isAlive, isFollowing, onFollow }: PlaceProps) {
  const left = shown.size - (shown.pieces.at(-1)?.end ?? 0)
  const news = [
    shown.news > 0 && `${shown.news} new`,
    left > 0 && !shown.isAtEnd && bytesText(left),
  ]
  const more = news.filter(Boolean).join(' + ')
  return (
    <>
      {isFollowing && isAlive && (
        <span className="output-following font-medium text-state" data-st="in-progress">
          <Radio size={14} strokeWidth={1.5} aria-hidden="true" /> Following
        </span>
      )}
      {!isFollowing && (
        <Button look="quiet" onClick={onFollow}>
          {isAlive ? 'Follow' : 'To the end'}
          {more !== '' && `, ${more}`}
        </Button>
      )}
      <span className="output-size text-text-3 flex-1" title={plural(shown.size, 'byte')}>
        {shown.isRead ? bytesText(shown.size) : ''}
      </span>
    </>
  )
}

async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    showToast(done)
  } catch {
    showToast('Not copied: this browser does not allow it', { kind: 'error' })
  }
}
