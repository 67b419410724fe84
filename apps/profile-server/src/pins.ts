import { type ProfileStore } from '@hsi/profile-store';
import { randomUUID } from 'node:crypto';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { checkToken } from './ingest/token.ts';
import { invalid, Refusal } from './refusal.ts';
import { tenantOf } from './tenant.ts';

const PINS = 200;

const NewPin = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    from: v.pipe(v.number(), v.integer(), v.minValue(0)),
    to: v.pipe(v.number(), v.integer(), v.minValue(0)),
    note: v.optional(v.pipe(v.string(), v.maxLength(200)), ''),
  }),
);

/** `/pins`: ranges of time (milliseconds) that retention leaves alone. */
export function addPinRoutes(
  app: FastifyInstance,
  store: ProfileStore,
  token: string | undefined,
  now: () => number,
): void {
  const onRequest = async (request: FastifyRequest) => checkToken(request, token);

  app.get('/pins', async (request) => ({ pins: store.pins.list(tenantOf(request)) }));

  app.post('/pins', { onRequest, bodyLimit: 10_000 }, async (request, reply) => {
    const parsed = v.safeParse(
      NewPin,
      Buffer.isBuffer(request.body) ? request.body.toString() : '',
    );
    if (!parsed.success || parsed.output.from > parsed.output.to) {
      throw invalid(
        'A pin is {"from": <ms>, "to": <ms>, "note": <text>}, from not after to.',
        'pin',
      );
    }
    const tenant = tenantOf(request);
    if (store.pins.list(tenant).length >= PINS) {
      throw invalid(`There are ${PINS} pins; remove one first.`, 'pin');
    }
    const pin = { id: randomUUID(), tenant, ...parsed.output, createdMs: now() };
    await store.pins.add(pin);
    return reply.status(201).send(pin);
  });

  app.delete<{ Params: { id: string } }>('/pins/:id', { onRequest }, async (request, reply) => {
    if (!(await store.pins.remove(tenantOf(request), request.params.id))) {
      throw new Refusal('not_found', 'There is no such pin.', 'pin');
    }
    return reply.status(204).send();
  });
}
