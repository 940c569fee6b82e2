import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommanderError } from 'commander';
import { controllerCommand } from '../../controller/options.ts';

/** The options that a command line makes; throws where it is refused. */
function optionsOf(...args: readonly string[]): Record<string, unknown> {
  const command = controllerCommand('manifests')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(args, { from: 'user' }).opts();
}

const isRefused = (flag: string, values: readonly string[]): void => {
  for (const value of values)
    assert.throws(() => optionsOf(flag, value), CommanderError, `${flag} "${value}"`);
};

describe('the options of the controller', () => {
  it('take a port, or 0 for any that is free', () => {
    assert.equal(optionsOf().port, 9797);
    for (const port of [0, 9797, 65_535]) assert.equal(optionsOf('--port', String(port)).port, port);
    isRefused('--port', ['', ' ', '-1', '65536', '1.5', '1e3', 'http']);
  });

  it('take a lease that the lock can be renewed in, and that its readers believe', () => {
    assert.equal(optionsOf().leaseSeconds, 15);
    for (const seconds of [5, 6, 7.5, 600])
      assert.equal(optionsOf('--lease-seconds', String(seconds)).leaseSeconds, seconds);
    isRefused('--lease-seconds', ['', '0', '-5', '0.001', '4.9', '601', '99999999999', 'NaN', 'long']);
  });
});
