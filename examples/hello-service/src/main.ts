import { createService } from './service.ts';

const port = Number(process.env.PORT ?? 8080);

createService().listen(port, () => {
  console.log(`hello-service listens on port ${port}`);
});
