import { connect } from './trajectories/connection.ts';
import { Page } from './trajectories/page.ts';
import './trajectories/trajectories.css';

const main = document.querySelector('main');
if (main) new Page(main, connect()).start();
