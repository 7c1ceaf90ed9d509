import { type FromTraining, type ToTraining, toTrainingSchema } from '../contract/training-messages.ts';
import { connect } from './host.ts';
import { speakAsHost } from './spoken.ts';
import { Page } from './training/page.ts';
import './training/training.css';

const main = document.querySelector('main');
if (main) {
  speakAsHost();
  new Page(main, connect<ToTraining, FromTraining>(toTrainingSchema)).start();
}
