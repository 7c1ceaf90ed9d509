import { type Spoken, speak } from '../contract/words.ts';

/** Speaks to the reader as the host wrote into the page. A page without that is spoken to in English. */
export function speakAsHost(): void {
  const data = document.getElementById('spoken')?.textContent;
  if (data) speak(JSON.parse(data) as Spoken);
}
