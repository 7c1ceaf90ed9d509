import { speakAsHost } from './spoken.ts';
import { connect } from './training/connection.ts';
import { Page } from './training/page.ts';
import './training/training.css';

const main = document.querySelector('main');
if (main) {
  speakAsHost();
  new Page(main, connect()).start();
}
