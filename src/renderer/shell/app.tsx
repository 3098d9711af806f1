/** Composes the features into the window. */
import { type ReactNode, useEffect, useState } from 'react'
import { usePreferences } from '../model/preferences.ts'
import { askPageCommand } from '../model/session/open-link.ts'
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { Logo } from '../ui/icon.tsx'
import { Overlays } from './overlays.tsx'
import { StartScreen } from './parts.tsx'
import { useKeyboard } from './use-keyboard.ts'
import { YardWindow } from './yard-window.tsx'

export function App() {
  useTheme()
  const connection = useConnection()
  const hasYard = useYard((view) => view.summary !== null)
  if (connection.kind === 'unauthorised') return <Unauthorised />
  if (connection.kind === 'other-version') return <OtherVersion host={connection.host} />
  if (connection.kind === 'start-screen') return <StartScreenWindow />
  return hasYard ? <YardWindow /> : <Connecting />
}

function StartScreenWindow() {
  useKeyboard()
  return (
    <>
      <StartScreen />
      <Overlays />
    </>
  )
}

/** The chosen theme, on the page's root; without one the system decides. */
function useTheme(): void {
  const theme = usePreferences((preferences) => preferences.theme)
  useEffect(() => {
    const root = document.documentElement
    if (theme === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = theme
    // The app's own buttons beside the title bar have colours, too.
    void window.yardHost?.setTheme(theme)
  }, [theme])
}

interface NoticePageProps {
  readonly className?: string
  readonly title: string
  readonly text: ReactNode
  readonly command: string
  readonly children?: ReactNode
}

/** While there is no yard to show: why, and the command that is the way out. */
function NoticePage({ className = '', title, text, command, children }: NoticePageProps) {
  return (
    <main className={`notice-page ${className}`}>
      <Logo />
      <h1>{title}</h1>
      <p role="status">{text}</p>
      <pre>{command}</pre>
      {children}
    </main>
  )
}

function Connecting() {
  const session = useSession()
  return (
    <NoticePage
      className="connecting"
      title="Connecting to the yard"
      text="If this lasts, nobody runs it: start it with"
      command="yard service start"
    >
      <Button onClick={session.tryNow}>Try now</Button>
    </NoticePage>
  )
}

function Unauthorised() {
  const [command, setCommand] = useState('yard page')
  useEffect(() => {
    void askPageCommand(window).then((told) => told !== null && setCommand(told))
  }, [])
  return (
    <NoticePage
      title="This address opens nothing any more"
      text="An address of this page works once and within ten minutes, and a browser stays signed in for 30 days. Get a fresh address with"
      command={command}
    >
      <p>and open what it prints. The yard keeps working meanwhile.</p>
    </NoticePage>
  )
}

const OtherVersion = ({ host }: { readonly host: string }) => (
  <NoticePage
    title="The yard is run by another version"
    text={`It runs Yardmaster ${host}, which this page does not understand. Restart it, then reload:`}
    command="yard service restart"
  />
)
