/** What a face needs to bring models of its own: the editor's are reached through no server. */
export type { ChatMessage, Picture, ToolCall } from '../engine/ports/chat.ts';
export {
  type ClientCall,
  type ClientReply,
  interruptedOnWire,
  type ModelClient,
  WireFailure,
} from '../models/client.ts';
export { hasPictures, picturesOf, refusesPictures, withoutPictures } from '../models/pictures.ts';
export { refusesTools } from '../models/tool-calls.ts';
export { createWatch, defaultTimers, type Watch } from '../models/transport.ts';
export { withoutTools } from '../models/wire.ts';
