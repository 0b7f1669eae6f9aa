import { type BeforeApplicationShutdown, Controller, Get, Module } from '@nestjs/common';

@Controller()
class AppController {
  @Get()
  hello() {
    return { app: 'node-nest' };
  }

  @Get('health')
  health() {
    return 'ok';
  }
}

@Module({ controllers: [AppController] })
export class AppModule implements BeforeApplicationShutdown {
  beforeApplicationShutdown(signal?: string) {
    console.log(`${signal} received`);
  }
}
