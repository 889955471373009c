import { Name, type SeriesSample } from '@cortex/contracts';
import { unknownService } from '../prometheus/identify.ts';
import { Rejection } from '../rejections.ts';
import { textOf, type Attributes } from './attributes.ts';

export type Identity = Pick<SeriesSample, 'service' | 'instance'>;

/** The service and instance that a resource names, or what is wrong with their names. */
export function identityOf(attributes: Attributes): Identity | Rejection {
  const service = textOf(attributes, 'service.name') ?? unknownService;
  const instance = textOf(attributes, 'service.instance.id');
  if (!Name.safeParse(service).success) return badName('service.name', service);
  if (instance === undefined) return { service };
  if (!Name.safeParse(instance).success) return badName('service.instance.id', instance);
  return { service, instance };
}

function badName(attribute: string, value: string): Rejection {
  return new Rejection('bad_name', `${attribute} "${value.slice(0, 128)}" is no name that Cortex takes`);
}
