/** What a face needs to bring models of its own: the editor's are reached through no server. */
export {
  type ClientCall,
  type ClientReply,
  interruptedOnWire,
  type ModelClient,
  WireFailure,
} from '../models/client.ts';
