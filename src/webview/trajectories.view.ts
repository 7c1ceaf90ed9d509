import { type FromTrajectories, type ToTrajectories, toTrajectoriesSchema } from '../contract/trajectories-messages.ts';
import { connect } from './host.ts';
import { speakAsHost } from './spoken.ts';
import { Page } from './trajectories/page.ts';
import './trajectories/trajectories.css';

const main = document.querySelector('main');
if (main) {
  speakAsHost();
  new Page(main, connect<ToTrajectories, FromTrajectories>(toTrajectoriesSchema)).start();
}
