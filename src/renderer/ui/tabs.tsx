/** Tabs and bars of tools: one stop of the Tab key each, walked by arrow keys. */
import {
  type ComponentProps,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
} from 'react'
import { buttonsOf, stepFocus } from './focus.ts'

interface TabsProps<T extends string> {
  readonly tabs: readonly (readonly [T, string])[]
  readonly current: T
  readonly onChange: (tab: T) => void
  readonly label: string
  /** The panel of the current one. */
  readonly children: ReactNode
}

export function Tabs<T extends string>(props: TabsProps<T>) {
  const { tabs, current, onChange, label, children } = props
  const id = useId()
  return (
    <>
      <div
        className="tabs flex"
        role="tablist"
        aria-label={label}
        onKeyDown={(event) => stepFocus(event)?.click()}
      >
        {tabs.map(([tab, word]) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`${id}-${tab}`}
            aria-selected={tab === current}
            aria-controls={`${id}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => onChange(tab)}
          >
            {word}
          </button>
        ))}
      </div>
      <div
        className="flex flex-col flex-1 min-h-0"
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${current}`}
      >
        {children}
      </div>
    </>
  )
}

interface ToolbarProps extends Omit<ComponentProps<'div'>, 'ref'> {
  readonly ref?: RefObject<HTMLDivElement | null>
}

/** Buttons, of which the one that had the focus last is the stop. */
export function Toolbar({ ref, ...props }: ToolbarProps) {
  const own = useRef<HTMLDivElement>(null)
  const bar = ref ?? own
  useEffect(() => setStop(bar.current))
  return (
    <div
      {...props}
      ref={bar}
      role="toolbar"
      onKeyDown={stepFocus}
      onFocus={({ target }) => setStop(bar.current, target)}
    />
  )
}

function setStop(bar: HTMLElement | null, focused: HTMLElement | null = null): void {
  if (bar === null) return
  const buttons = buttonsOf(bar)
  const stop =
    buttons.find((button) => button === focused) ??
    buttons.find((button) => button.dataset['stop'] !== undefined) ??
    buttons[0]
  for (const button of bar.querySelectorAll('button')) {
    button.tabIndex = button === stop ? 0 : -1
    button.toggleAttribute('data-stop', button === stop)
  }
}
