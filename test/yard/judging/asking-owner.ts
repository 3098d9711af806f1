// An owner that asks one question, to be killed in the middle: `asking-owner.ts PLACE`, which is the place as JSON.
import { type AskerPlace, openAsker, question } from './asker-place.ts'

const place = JSON.parse(process.argv[2] ?? '') as AskerPlace // the test is the only one that starts this
const { asker } = openAsker(place)
void asker.ask(question(), new AbortController().signal)
