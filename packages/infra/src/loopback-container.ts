// A container whose ports are open to this machine only, as its specification says; testcontainers opens them to the whole network.

import { GenericContainer, Wait } from 'testcontainers';
import type { ContainerSpec } from './container-specs.ts';

class BoundContainer extends GenericContainer {
  readonly #hostAddress: string | undefined;

  constructor({ image, hostAddress }: Pick<ContainerSpec, 'image' | 'hostAddress'>) {
    super(image);
    this.#hostAddress = hostAddress;
  }

  protected override async beforeContainerCreated(): Promise<void> {
    if (this.#hostAddress === undefined) return;
    for (const bindings of Object.values(this.hostConfig.PortBindings ?? {})) {
      for (const binding of Array.isArray(bindings) ? bindings : []) Reflect.set(binding, 'HostIp', this.#hostAddress);
    }
  }
}

/** Returns from its start at once: whether the server answers is asked by our own probes. */
export function createContainer(spec: ContainerSpec): GenericContainer {
  const container = new BoundContainer(spec);
  container
    .withEnvironment(spec.environment)
    .withExposedPorts({ container: spec.containerPort, host: spec.hostPort })
    .withWaitStrategy(Wait.forAll([]))
    // The container guard does what the cleaning container of testcontainers would, and needs no image.
    .withAutoCleanup(false);
  if (spec.command !== undefined) container.withCommand([...spec.command]);
  if (spec.user !== undefined) container.withUser(spec.user);
  if (spec.volume !== undefined) container.withBindMounts([{ source: spec.volume.name, target: spec.volume.target }]);
  return container;
}
