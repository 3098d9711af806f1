/** What lies over every screen: palette, cards, dialogs, toasts, and the voice of the page. */
import { ImportDialog } from '../actions/transfer/import-dialog.tsx'
import { QuickAddCard } from '../actions/add/quick-add-card.tsx'
import { YardSwitcher } from './start-screen/yard-switcher.tsx'
import { Notifier } from './notifications/notifier.tsx'
import { KeysMap } from './palette/keys-map.tsx'
import { Palette } from './palette/palette.tsx'
import { useAnnouncement } from '../model/announcer.ts'
import { TaskContextMenu } from '../actions/views/context-menu.tsx'
import { AskDialog } from './ask-dialog.tsx'
import { ToastStack } from './toast-stack.tsx'

export function Overlays() {
  return (
    <>
      <Palette />
      <KeysMap />
      <QuickAddCard />
      <ImportDialog />
      <YardSwitcher />
      <Notifier />
      <AskDialog />
      <TaskContextMenu />
      <ToastStack />
      <Voice />
    </>
  )
}

function Voice() {
  const { polite, assertive } = useAnnouncement()
  return (
    <>
      <p className="visually-hidden" aria-live="polite" data-voice="polite">
        {polite}
      </p>
      <p className="visually-hidden" aria-live="assertive" data-voice="assertive">
        {assertive}
      </p>
    </>
  )
}
