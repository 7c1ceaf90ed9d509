import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { greet } from './greeting.ts';
import { History } from './history.ts';

type Handler = (url: URL, response: ServerResponse) => void;

export function createService(history = new History()): Server {
  const routes: Record<string, Handler> = {
    '/hello': (url, response) => {
      const greeting = greet(url.searchParams.get('name') ?? '');
      history.add(greeting);
      sendJson(response, 200, { greeting });
    },
    '/greetings': (_url, response) => {
      sendJson(response, 200, { greetings: history.list() });
    },
    '/health': (_url, response) => {
      sendJson(response, 200, { status: 'ok' });
    },
  };

  return createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const handler = routes[url.pathname];
    if (handler === undefined) {
      sendJson(response, 404, { error: `There is nothing at ${url.pathname}.` });
      return;
    }
    handler(url, response);
  });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
